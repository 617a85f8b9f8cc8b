/**
 * @file Weights as float32 in memory that is used again and again: threads read parts of the stored tensors and widen them, side by side.
 * onnxruntime widens too, but with one thread, and into memory that it has to ask for anew every time.
 *
 * [Note: shared memory] Threads can only fill one buffer together if it is shared, and a shared buffer goes when the garbage collector finds
 * that no thread holds it any more; a process without work never collects. So there is one buffer, of the size that the largest stage needs, and
 * releasing it ends in a collection.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../core/api/errors.ts';
import type { PlacedWeight } from '../graph/graph.ts';
import type { WidenJob, WidenPiece, WidenReport } from './widen-worker.ts';

export type Widener = {
  /**
   * These weights as float32, each flat. They stay what they are until the next call, which writes over them: one call at a time.
   * Throws `model-missing` or `model-invalid` where a file is gone or cut short.
   */
  widened(weights: readonly PlacedWeight[]): Promise<Float32Array[]>;
  /** Ends the threads and gives the memory back, until the next call. */
  release(): Promise<void>;
};

/** @param bytes of the largest set of weights, if it is known: a larger one takes a buffer of its own size, and the first is lost for a while */
export function createWidener(threads: number, bytes = 0): Widener {
  let buffer: SharedArrayBuffer | undefined;
  let workers: Worker[] = [];

  function roomFor(length: number): SharedArrayBuffer {
    if (!buffer || buffer.byteLength < length) buffer = new SharedArrayBuffer(Math.max(bytes, length));
    return buffer;
  }

  return {
    async widened(weights) {
      const places = placesOf(weights);
      const room = roomFor(places.bytes);
      while (workers.length < threads) start();
      try {
        const parts = workers.map((_, part) => places.all.map((place) => pieceOf(place, part, workers.length)));
        const results = await Promise.allSettled(workers.map((worker, i) => ask(worker, { buffer: room, pieces: parts[i] ?? [] })));
        for (const result of results) if (result.status === 'rejected') throw result.reason;
      } catch (error) {
        await endAll();
        throw error;
      }
      return places.all.map(({ at, elements }) => new Float32Array(room, at, elements));
    },
    async release() {
      await endAll();
      if (!buffer) return;
      buffer = undefined;
      collectGarbage();
    },
  };

  function start(): void {
    // Flags that the process was started with concern its own entry.
    const worker = new Worker(new URL('./widen-worker.ts', import.meta.url), { name: 'widen', execArgv: [] });
    // It keeps the process alive only while it has something to do.
    worker.unref();
    worker.once('exit', () => {
      workers = workers.filter((other) => other !== worker);
    });
    workers.push(worker);
  }

  async function endAll(): Promise<void> {
    const ending = workers;
    workers = [];
    await Promise.all(ending.map((worker) => worker.terminate()));
  }
}

type Place = { readonly weight: PlacedWeight; readonly elements: number; readonly at: number };

/** A cache line, and what any kernel may ask for. */
const alignment = 64;

function placesOf(weights: readonly PlacedWeight[]): { readonly all: readonly Place[]; readonly bytes: number } {
  let bytes = 0;
  const all = weights.map((weight) => {
    const elements = weight.shape.reduce((product, side) => product * side, 1);
    const at = bytes;
    bytes = Math.ceil((at + elements * Float32Array.BYTES_PER_ELEMENT) / alignment) * alignment;
    return { weight, elements, at };
  });
  return { all, bytes };
}

/** The part of a weight that one of `of` threads does. */
function pieceOf({ weight: { file, type, offset, bytes }, elements, at }: Place, part: number, of: number): WidenPiece {
  const [first, end] = [Math.floor((elements * part) / of), Math.floor((elements * (part + 1)) / of)];
  const size = elements === 0 ? 0 : bytes / elements;
  return { file, type, offset: offset + first * size, elements: end - first, at: at + first * Float32Array.BYTES_PER_ELEMENT };
}

/** What the thread says to the job. Fails with what the thread failed with. */
async function ask(worker: Worker, job: WidenJob): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<WidenReport>();
  const ended = (code: number) => reject(new AppError('engine-failed', `A thread that reads weights ended with ${code}.`));
  worker.on('message', resolve).on('error', reject).on('exit', ended);
  worker.ref();
  try {
    worker.postMessage(job);
    const report = await promise;
    if (report.type === 'done') return;
    throw report.error ? new AppError(report.error.code, report.error.message, { cause: report.cause }) : report.cause;
  } finally {
    worker.unref();
    worker.off('message', resolve).off('error', reject).off('exit', ended);
  }
}

/** See [Note: shared memory]. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
}
