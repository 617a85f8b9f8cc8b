/**
 * @file Rows of float16 in the memory of a WebAssembly kernel that multiplies them with a query: as they are stored, half the size of
 * float32, and several times as fast as a loop over a Float32Array. See `assembly/dots.ts`.
 */
import { readFileSync } from 'node:fs';
import { AppError } from '../api/errors.ts';

/** What Node's types lack: the part of the WebAssembly interface that is used here. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** The exports of dots.wasm; addresses are in bytes. */
type Kernel = {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  dots(query: number, rows: number, width: number, count: number, scores: number): void;
};

const module = new WebAssembly.Module(readFileSync(new URL('./dots.wasm', import.meta.url)));

/** Rows that are scored at once. */
export const batchRows = 1024;
const pageBytes = 65_536;
const growthPages = 16;
/** See [Note: float16 without conversion]. */
const queryScale = 2 ** 112;
const largest = 65_504;

export class HalfRows {
  readonly dimension: number;
  readonly #kernel = new WebAssembly.Instance(module).exports as Kernel;
  /** Values of a row in memory: the dimension, filled up with zeros to what the kernel takes at once. */
  readonly #width: number;
  readonly #scoresAt: number;
  readonly #rowsAt: number;
  #bytes: Uint8Array;

  constructor(dimension: number) {
    this.dimension = dimension;
    this.#width = Math.ceil(dimension / 16) * 16;
    this.#scoresAt = this.#width * 4;
    this.#rowsAt = this.#scoresAt + batchRows * 4;
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
    this.#reserve(this.#rowsAt);
  }

  /** Writes rows as they are stored, one after the other, 2 bytes a value, from row `first` on. Returns how many they are. */
  write(first: number, blob: Uint8Array): number {
    const rowBytes = this.dimension * 2;
    const rows = blob.length / rowBytes;
    if (!Number.isInteger(rows)) throw new AppError('internal', `${blob.length} bytes are no rows of ${this.dimension} dimensions`);
    this.#reserve(this.#addressOf(first + rows));
    if (this.#width === this.dimension) {
      this.#bytes.set(blob, this.#addressOf(first));
    } else {
      for (let row = 0; row < rows; row++)
        this.#bytes.set(blob.subarray(row * rowBytes, (row + 1) * rowBytes), this.#addressOf(first + row));
    }
    return rows;
  }

  copy(from: number, to: number): void {
    this.#bytes.copyWithin(this.#addressOf(to), this.#addressOf(from), this.#addressOf(from + 1));
  }

  /** The row as it is stored; valid until the next write. */
  read(row: number): Uint8Array {
    return this.#bytes.subarray(this.#addressOf(row), this.#addressOf(row) + this.dimension * 2);
  }

  /** The query of the `score`s that follow. Throws bad-request on a wrong dimension and on values that float16 could not hold. */
  setQuery(query: Float32Array): void {
    checkQuery(query, this.dimension);
    const target = new Float32Array(this.#kernel.memory.buffer, 0, this.#width);
    for (let i = 0; i < query.length; i++) target[i] = (query[i] as number) * queryScale;
  }

  /** Dot products of the query with up to `batchRows` rows from `first` on; valid until the next call. */
  score(first: number, count: number): Float32Array {
    this.#kernel.dots(0, this.#addressOf(first), this.#width, count, this.#scoresAt);
    return new Float32Array(this.#kernel.memory.buffer, this.#scoresAt, count);
  }

  #addressOf(row: number): number {
    return this.#rowsAt + row * this.#width * 2;
  }

  #reserve(end: number): void {
    const missing = end - this.#bytes.length;
    if (missing <= 0) return;
    this.#kernel.memory.grow(Math.max(growthPages, Math.ceil(missing / pageBytes)));
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
  }
}

export function checkQuery(query: Float32Array, dimension: number): void {
  if (query.length !== dimension) {
    throw new AppError('bad-request', `A vector of ${query.length} values does not fit an index of ${dimension} dimensions.`);
  }
  const bad = query.findIndex((value) => !(Math.abs(value) <= largest));
  if (bad >= 0) throw new AppError('bad-request', `Value ${bad} of the vector is ${query[bad]}: it must be a number, at most ${largest}.`);
}
