/**
 * @file The arithmetic of quantised weights: rows of float32 in, bytes and scales out, laid out as linear-int8.ts and linear-int4.ts multiply them.
 * Rows are turned first. See [Note: rotation before quantising]
 */
import { int4Block } from '../graph/linear-int4.ts';
import { rotationBlock } from '../graph/rotation.ts';

/** Rows that are transposed together: their bytes at one input feature fill a cache line. */
const tileRows = 64;

/** Keeps the rows of a tile out of each other's way in the cache, which sorts addresses by their low bits. */
const tilePadding = 8;

/**
 * Multiplies each block of inputs by the Hadamard matrix of plus and minus 1, in place. `rotate` of the graph has the factor that makes the
 * two undo each other.
 */
export function turnRows(rows: Float32Array, width: number): void {
  const block = rotationBlock(width);
  for (let start = 0; start < rows.length; start += width) turnRow(rows, start, start + width, block);
}

/** Four numbers at a time, then two where the block is 2, 8 or 32. */
function turnRow(rows: Float32Array, begin: number, end: number, block: number): void {
  let half = 1;
  for (; half * 4 <= block; half *= 4) {
    for (let start = begin; start < end; start += 4 * half) {
      for (let i = start; i < start + half; i++) {
        const a = rows[i] as number;
        const b = rows[i + half] as number;
        const c = rows[i + 2 * half] as number;
        const d = rows[i + 3 * half] as number;
        rows[i] = a + b + (c + d);
        rows[i + half] = a - b + (c - d);
        rows[i + 2 * half] = a + b - (c + d);
        rows[i + 3 * half] = a - b - (c - d);
      }
    }
  }
  if (half === block) return;
  for (let start = begin; start < end; start += 2 * half) {
    for (let i = start; i < start + half; i++) {
      const a = rows[i] as number;
      const b = rows[i + half] as number;
      rows[i] = a + b;
      rows[i + half] = a - b;
    }
  }
}

/**
 * Turned rows [n, width] of a weight with `outFeatures` rows, the first being `firstRow`: byte (in, out) of `bytes` [width, outFeatures] and
 * `scales` [outFeatures], so that weight = byte * scale. -128 never occurs.
 * A number that is not finite makes the scale of its row so.
 */
export function int8Rows(rows: Float32Array, width: number, firstRow: number, bytes: Int8Array, scales: Float32Array): void {
  const count = rows.length / width;
  const outFeatures = scales.length;
  const stride = width + tilePadding;
  const tile = new Int8Array(tileRows * stride);
  for (let first = 0; first < count; first += tileRows) {
    const tall = Math.min(tileRows, count - first);
    for (let row = 0; row < tall; row++) {
      const start = (first + row) * width;
      const peak = peakOf(rows, start, width);
      const factor = peak > 0 ? 127 / peak : 0;
      scales[firstRow + first + row] = peak / 127;
      const target = row * stride;
      for (let i = 0; i < width; i++) tile[target + i] = (((rows[start + i] as number) * factor + 128.5) | 0) - 128;
    }
    for (let i = 0; i < width; i++) {
      const target = i * outFeatures + firstRow + first;
      for (let row = 0; row < tall; row++) bytes[target + row] = tile[row * stride + i] as number;
    }
  }
}

/** The largest magnitude; not finite if any number is not. */
function peakOf(rows: Float32Array, start: number, width: number): number {
  let peak = 0;
  let sum = 0;
  for (let i = start; i < start + width; i++) {
    const value = rows[i] as number;
    const magnitude = Math.abs(value);
    if (magnitude > peak) peak = magnitude;
    sum += value;
  }
  return Number.isFinite(sum) ? peak : Number.NaN;
}

/** Of a row of `width` weights: blocks, and bytes. */
export function int4RowSize(width: number): { blocks: number; bytes: number } {
  const blocks = Math.ceil(width / int4Block);
  return { blocks, bytes: (blocks * int4Block) / 2 };
}

/**
 * [Note: scale of an int4 block] The largest magnitude is put at -8.5 rather than -8 steps and clipped, then the scale is the least-squares
 * one for the numbers so found. One pass, and on turned weights 4 % less error than absmax / 8; trying five scales gains 2 % more.
 */
const stepsToPeak = 8.5;

/**
 * Turned rows [n, width]: `bytes` [n, blocks * 64], two numbers of 4 bits each, the first in the low half, and `scales` [n, blocks], so that
 * weight = (number - 8) * scale. The last block is filled up with zeros.
 * A number that is not finite makes the scale of its block so.
 */
export function int4Rows(rows: Float32Array, width: number, bytes: Uint8Array, scales: Float32Array): void {
  const count = rows.length / width;
  const { blocks } = int4RowSize(width);
  for (let row = 0; row < count; row++) {
    for (let block = 0; block < blocks; block++) {
      const start = row * width + block * int4Block;
      const length = Math.min(int4Block, width - block * int4Block);
      const index = row * blocks + block;
      scales[index] = int4BlockOf(rows, start, length, bytes, (index * int4Block) / 2);
    }
  }
}

/** Writes 64 bytes, answers the scale. */
function int4BlockOf(rows: Float32Array, start: number, length: number, bytes: Uint8Array, target: number): number {
  let peak = 0;
  let extreme = 0;
  for (let i = start; i < start + length; i++) {
    const value = rows[i] as number;
    const magnitude = Math.abs(value);
    if (magnitude > peak) {
      peak = magnitude;
      extreme = value;
    }
  }
  const factor = peak > 0 ? -stepsToPeak / extreme : 0;
  let dot = 0;
  let square = 0;
  let low = 0;
  for (let i = 0; i < int4Block; i++) {
    const value = i < length ? (rows[start + i] as number) : 0;
    const number = Math.min(15, Math.max(0, (value * factor + 8.5) | 0));
    dot += (number - 8) * value;
    square += (number - 8) * (number - 8);
    if (i % 2 === 0) low = number;
    else bytes[target + (i >> 1)] = low | (number << 4);
  }
  if (square > 0) return dot / square;
  return Number.isFinite(dot) ? 0 : Number.NaN;
}
