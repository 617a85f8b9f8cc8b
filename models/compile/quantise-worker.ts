/** @file The thread that quantises: it is told a weight and its places in the side file, reads, turns, rounds and writes it, and says so. */
import { writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { AppError, toWire, type WireError } from '../../core/api/errors.ts';
import { readFloats } from '../checkpoint/floats.ts';
import { mergedFloats } from '../checkpoint/lora.ts';
import { describeTensor, rowsOf } from '../checkpoint/tensors.ts';
import type { QuantisedKind, WeightToQuantise } from './quantise-layout.ts';
import { int4RowSize, int4Rows, int8Rows, turnRows } from './quantise-rows.ts';

export type QuantiseJob = {
  readonly weight: WeightToQuantise;
  readonly kind: QuantisedKind;
  /** The side file, open for writing: descriptors belong to the process. */
  readonly file: number;
  /** In the side file. */
  readonly offset: number;
  readonly scaleOffset: number;
};

export type QuantiseReport =
  | { readonly type: 'written'; readonly bytes: number }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: WireError | undefined; readonly cause: unknown };

/** As float32: 16 MiB. */
const elementsAtOnce = 1 << 22;

/** Whole tiles of int8Rows. */
const rowStep = 64;

parentPort?.on('message', (job: QuantiseJob) => {
  quantise(job).then(
    () => report({ type: 'done' }),
    (cause: unknown) => report({ type: 'failed', error: cause instanceof AppError ? toWire(cause) : undefined, cause }),
  );
});

function report(message: QuantiseReport): void {
  parentPort?.postMessage(message);
}

async function quantise(job: QuantiseJob): Promise<void> {
  const scales = job.kind === 'int8' ? await quantiseInt8(job) : await quantiseInt4(job);
  writeWhole(job.file, scales, job.scaleOffset);
}

/** Transposed, hence complete only with the last row: the whole of it is held. */
async function quantiseInt8({ weight, file, offset }: QuantiseJob): Promise<Float32Array> {
  const { rows: outFeatures, width } = rowsOf(weight.tensor);
  const bytes = new Int8Array(outFeatures * width);
  const scales = new Float32Array(outFeatures);
  for (const { first, count } of pieces(outFeatures, width)) {
    const floats = await turnedRows(weight, first, count);
    int8Rows(floats, width, first, bytes, scales);
    checkFinite(weight, scales.subarray(first, first + count), first, 1);
    report({ type: 'written', bytes: count * width });
  }
  writeWhole(file, bytes, offset);
  return scales;
}

async function quantiseInt4({ weight, file, offset }: QuantiseJob): Promise<Float32Array> {
  const { rows, width } = rowsOf(weight.tensor);
  const size = int4RowSize(width);
  const scales = new Float32Array(rows * size.blocks);
  for (const { first, count } of pieces(rows, width)) {
    const floats = await turnedRows(weight, first, count);
    const bytes = new Uint8Array(count * size.bytes);
    const target = scales.subarray(first * size.blocks, (first + count) * size.blocks);
    int4Rows(floats, width, bytes, target);
    checkFinite(weight, target, first, size.blocks);
    writeWhole(file, bytes, offset + first * size.bytes);
    report({ type: 'written', bytes: bytes.length });
  }
  return scales;
}

function* pieces(rows: number, width: number): Generator<{ first: number; count: number }> {
  const step = Math.max(rowStep, Math.floor(elementsAtOnce / width / rowStep) * rowStep);
  for (let first = 0; first < rows; first += step) yield { first, count: Math.min(step, rows - first) };
}

async function turnedRows({ tensor, pair, scale = 1 }: WeightToQuantise, first: number, count: number): Promise<Float32Array> {
  const floats = pair ? await mergedFloats(tensor, pair, scale, first, count) : await readFloats(tensor, first, count);
  turnRows(floats, rowsOf(tensor).width);
  return floats;
}

function checkFinite({ tensor }: WeightToQuantise, scales: Float32Array, firstRow: number, scalesPerRow: number): void {
  const index = scales.findIndex((scale) => !Number.isFinite(scale));
  if (index < 0) return;
  const row = firstRow + Math.floor(index / scalesPerRow);
  throw new AppError(
    'model-invalid',
    `${describeTensor(tensor)} holds a number in row ${row} that is infinite or not a number. The file ${tensor.file} is damaged.`,
  );
}

/** One write(2) takes at most 2 GiB. */
function writeWhole(file: number, data: Int8Array | Uint8Array | Float32Array, position: number): void {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done, Math.min(1 << 28, bytes.length - done), position + done);
}
