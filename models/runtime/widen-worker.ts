/** @file The thread that reads stored numbers and writes them as float32 into a shared buffer, its part of every weight. */
import { readFileSync, readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { AppError, toWire, type WireError } from '../../core/api/errors.ts';
import { withFile } from '../checkpoint/model-file.ts';
import type { DataType } from '../graph/graph.ts';

/** Neighbouring elements of a weight. */
export type WidenPiece = {
  readonly file: string;
  readonly type: DataType;
  /** Of the first byte in the file. */
  readonly offset: number;
  readonly elements: number;
  /** Of the first byte in the buffer. */
  readonly at: number;
};

export type WidenJob = { readonly buffer: SharedArrayBuffer; readonly pieces: readonly WidenPiece[] };

export type WidenReport =
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: WireError | undefined; readonly cause: unknown };

/** What Node's types lack: the part of the WebAssembly interface that is used here. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/**
 * The exports of widen.wasm; addresses are in bytes. A loop in JavaScript widens as fast in one of the forms that the compiler gives it,
 * and ten times slower in another one, which it comes to after a while.
 */
type Kernel = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  widenHalf(source: number, target: number, count: number): void;
  widenBrain(source: number, target: number, count: number): void;
};

/** Stored and widened they are 384 kB: what was read is still in the processor's second cache when it is copied out. */
const elementsAtOnce = 1 << 16;
const pageBytes = 65_536;
const kernelStep = 8;
/** One read(2) answers at most 2 GiB. */
const longestRead = 1 << 28;

const kernel = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(new URL('./widen.wasm', import.meta.url)))).exports as Kernel;
kernel.memory.grow((6 * elementsAtOnce) / pageBytes);
const source = 0;
const target = 2 * elementsAtOnce;
const stored = new Uint8Array(kernel.memory.buffer, source, 2 * elementsAtOnce);
const widened = new Float32Array(kernel.memory.buffer, target, elementsAtOnce);

parentPort?.on('message', ({ buffer, pieces }: WidenJob) => {
  widenAll(buffer, pieces).then(
    () => report({ type: 'done' }),
    (cause: unknown) => report({ type: 'failed', error: cause instanceof AppError ? toWire(cause) : undefined, cause }),
  );
});

function report(message: WidenReport): void {
  parentPort?.postMessage(message);
}

async function widenAll(buffer: SharedArrayBuffer, pieces: readonly WidenPiece[]): Promise<void> {
  for (const piece of pieces) if (piece.elements > 0) await widen(buffer, piece);
}

async function widen(buffer: SharedArrayBuffer, { file, type, offset, elements, at }: WidenPiece): Promise<void> {
  const floats = new Float32Array(buffer, at, elements);
  await withFile(file, async ({ fd }) => {
    if (type === 'float32') return readWhole(fd, file, new Uint8Array(buffer, at, floats.byteLength), offset);
    const kernelOf = type === 'float16' ? kernel.widenHalf : type === 'bfloat16' ? kernel.widenBrain : undefined;
    if (!kernelOf) throw new AppError('internal', `Weights of ${type} are not widened.`);
    for (let first = 0; first < elements; first += elementsAtOnce) {
      const count = Math.min(elementsAtOnce, elements - first);
      readWhole(fd, file, stored.subarray(0, 2 * count), offset + 2 * first);
      kernelOf(source, target, Math.ceil(count / kernelStep) * kernelStep);
      floats.set(widened.subarray(0, count), first);
    }
  });
}

/** Not through other threads, as `readAt` does it: a thousand hand-overs for a layer cost seconds where others want the processor too. */
function readWhole(fd: number, file: string, into: Uint8Array, position: number): void {
  let done = 0;
  while (done < into.length) {
    const read = readSync(fd, into, done, Math.min(longestRead, into.length - done), position + done);
    if (read === 0) {
      const place = `${into.length} bytes at ${position}`;
      throw new AppError('model-invalid', `${file} ended while ${place} were read: it was cut or replaced since it was opened.`);
    }
    done += read;
  }
}
