/**
 * @file Memory and calls of the WebAssembly resampler (`assembly/resample.ts`, compiled into `resample.wasm`).
 * The source goes through in bands of rows, so memory holds one band and the half-way picture, never the whole source.
 */
import { readFileSync } from 'node:fs';
import { computeWeights } from './filters.ts';
import type { Raster, ResampleFilter } from './raster.ts';

/** What Node's types lack: the part of the WebAssembly interface that is used here. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** The exports of resample.wasm. Addresses and strides are in bytes. */
type Kernel = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  across(
    source: number,
    sourceStride: number,
    rows: number,
    target: number,
    targetStride: number,
    width: number,
    index: number,
    weights: number,
    weightStride: number,
  ): void;
  down(source: number, target: number, stride: number, height: number, index: number, weights: number, weightStride: number): void;
};

/** One axis as the kernel reads it: see [Note: Weights in two halves]. Of the source it needs `start` up to but without `end`; `index` counts from `start`. */
type PackedWeights = {
  readonly index: Int32Array;
  readonly values: Int16Array;
  readonly stride: number;
  readonly start: number;
  readonly end: number;
};

/** The part of a resized picture that is wanted, in its pixels. */
export type Window = { readonly left: number; readonly top: number; readonly width: number; readonly height: number };

/** One axis: so many pixels become `to`, of which `count` from `first` on are wanted. */
type Axis = { readonly from: number; readonly to: number; readonly first: number; readonly count: number };

/** Where the result goes: the top left corner `offset` and the length of a row in `data`, in bytes. */
export type Target = { readonly data: Uint8Array; readonly offset: number; readonly stride: number };

const bandRows = 32; // a multiple of 4; a band of a 4000 pixel wide picture still fits the second level cache
const rowSlack = 4; // rows that a last group of weights may read, with weight 0
const byteSlack = 64; // the same along a row, and the fourth byte after a last pixel
const lowBits = 12;
const maxCached = 64;
const pageBytes = 65_536;

const kernel = instantiate();
const cache = new Map<string, PackedWeights>();

function instantiate(): Kernel {
  const bytes = readFileSync(new URL('./resample.wasm', import.meta.url));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernel;
}

/**
 * Writes the picture, resized to width x height, or only a window of that, into the target.
 *
 * [Note: the order of passes] Between the two passes values are rounded to 8 bits, so their order shows. Across comes first, but since
 * Pillow 13 down comes first where the height loses more than twice the pixels that the width loses: there is less left to do then.
 */
export function resizeInto(target: Target, source: Raster, width: number, height: number, filter: ResampleFilter, window?: Window): void {
  const { left, top, ...size } = window ?? { left: 0, top: 0, width, height };
  const across = { from: source.width, to: width, first: left, count: size.width };
  const down = { from: source.height, to: height, first: top, count: size.height };
  if (downComesFirst(source, width, height)) {
    const data = new Uint8Array(source.width * size.height * 3);
    twoPasses({ data, offset: 0, stride: source.width * 3 }, source, unchanged(source.width), down, filter);
    twoPasses(target, { width: source.width, height: size.height, data }, across, unchanged(size.height), filter);
  } else {
    twoPasses(target, source, across, down, filter);
  }
}

function downComesFirst(source: Raster, width: number, height: number): boolean {
  return width !== source.width && height < source.height && source.height - height > (source.width - width) * 2;
}

function unchanged(length: number): Axis {
  return { from: length, to: length, first: 0, count: length };
}

/** Across, where the width changes, then down. */
function twoPasses(target: Target, source: Raster, across: Axis, down: Axis, filter: ResampleFilter): void {
  const horizontal = weightsFor(across, filter);
  const vertical = weightsFor(down, filter);
  const { start: firstRow, end: lastRow } = vertical;
  const width = across.count;
  const sourceStride = source.width * 3;
  const stride = align(width * 3 + 4);

  let end = byteSlack;
  const reserve = (bytes: number): number => {
    const address = end;
    end = align(end + bytes);
    return address;
  };
  const horizontalIndex = reserve(horizontal.index.byteLength);
  const horizontalValues = reserve(horizontal.values.byteLength);
  const verticalIndex = reserve(vertical.index.byteLength);
  const verticalValues = reserve(vertical.values.byteLength);
  const band = reserve(bandRows * sourceStride + byteSlack);
  const halfway = reserve((lastRow - firstRow + rowSlack) * stride);
  const result = reserve(down.count * stride);
  const memory = memoryOf(end + byteSlack);

  place(memory, horizontalIndex, horizontal.index);
  place(memory, horizontalValues, horizontal.values);
  place(memory, verticalIndex, vertical.index);
  place(memory, verticalValues, vertical.values);

  for (let row = firstRow; row < lastRow && across.from === across.to; row++) {
    const from = row * sourceStride + across.first * 3;
    memory.set(source.data.subarray(from, from + width * 3), halfway + (row - firstRow) * stride);
  }
  for (let row = firstRow; row < lastRow && across.from !== across.to; row += bandRows) {
    const rows = Math.min(bandRows, lastRow - row);
    memory.set(source.data.subarray(row * sourceStride, (row + rows) * sourceStride), band);
    const to = halfway + (row - firstRow) * stride;
    // Up to three rows past the last are computed from what lies there and written into the slack, where they weigh 0.
    kernel.across(band + horizontal.start * 3, sourceStride, rows, to, stride, width, horizontalIndex, horizontalValues, horizontal.stride);
  }
  kernel.down(halfway, result, stride, down.count, verticalIndex, verticalValues, vertical.stride);

  for (let row = 0; row < down.count; row++) {
    const from = result + row * stride;
    target.data.set(memory.subarray(from, from + width * 3), target.offset + row * target.stride);
  }
}

function memoryOf(bytes: number): Uint8Array {
  const missing = bytes - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / pageBytes));
  return new Uint8Array(kernel.memory.buffer);
}

function place(memory: Uint8Array, address: number, values: Int32Array | Int16Array): void {
  memory.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), address);
}

function align(bytes: number): number {
  return (bytes + 15) & ~15;
}

/** Least recently used first in the map: a library's pictures have few sizes. */
function weightsFor(axis: Axis, filter: ResampleFilter): PackedWeights {
  const key = `${filter} ${axis.from} ${axis.to} ${axis.first} ${axis.count}`;
  const packed = cache.get(key) ?? pack(axis, filter);
  cache.delete(key);
  cache.set(key, packed);
  const oldest = cache.size > maxCached ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  return packed;
}

function pack({ from, to, first, count: outputs }: Axis, filter: ResampleFilter): PackedWeights {
  const weights = computeWeights(from, to, filter, first, outputs);
  const start = weights.starts[0] ?? 0;
  const perOutput = Math.ceil(weights.stride / 4) * 8;
  const index = new Int32Array(outputs * 2);
  const values = new Int16Array(outputs * perOutput);
  let end = start;
  for (let i = 0; i < outputs; i++) {
    const count = weights.counts[i] ?? 0;
    const begin = weights.starts[i] ?? 0;
    end = Math.max(end, begin + count);
    index[i * 2] = begin - start;
    index[i * 2 + 1] = Math.ceil(count / 4);
    for (let k = 0; k < count; k++) {
      const weight = weights.values[i * weights.stride + k] ?? 0;
      const at = i * perOutput + (k >> 1) * 4 + (k & 1);
      values[at] = weight >> lowBits;
      values[at + 2] = weight & ((1 << lowBits) - 1);
    }
  }
  return { index, values, stride: perOutput * 2, start, end };
}
