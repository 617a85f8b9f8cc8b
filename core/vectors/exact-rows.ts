/**
 * @file Vectors in memory, compared one by one: the whole index of a small library, and the part of a large one that is in no segment.
 * 20,000 rows of 464 values are searched in about 10 ms. More accumulators or rows at a time were measured and gain nothing in V8.
 */
import { TopK } from './top-k.ts';
import type { Neighbour } from './vector-index.ts';

/** Rows lie in blocks of about this many values, so that growing never copies and shrinking gives memory back. */
const blockValues = 1 << 18;

export class ExactRows {
  readonly dimension: number;
  readonly #rowsPerBlock: number;
  readonly #blocks: Float32Array[] = [];
  /** Of one block at a time: a loop that does nothing but multiply is twice as fast as one that hands out each score. */
  readonly #scores: Float64Array;
  /** Key by slot, without gaps. */
  readonly #keys: number[] = [];
  readonly #slots = new Map<number, number>();

  constructor(dimension: number) {
    this.dimension = dimension;
    this.#rowsPerBlock = Math.max(1, Math.floor(blockValues / dimension));
    this.#scores = new Float64Array(this.#rowsPerBlock);
  }

  get size(): number {
    return this.#keys.length;
  }

  keys(): readonly number[] {
    return this.#keys;
  }

  has(key: number): boolean {
    return this.#slots.has(key);
  }

  /** The values of a row; valid until the next change. */
  get(key: number): Float32Array | undefined {
    const slot = this.#slots.get(key);
    return slot === undefined ? undefined : this.#row(slot);
  }

  /** Takes a copy. A key that is there already gets the new values. */
  set(key: number, vector: Float32Array): void {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#keys.length;
      this.#keys.push(key);
      this.#slots.set(key, slot);
      if (slot === this.#blocks.length * this.#rowsPerBlock) this.#blocks.push(new Float32Array(this.#rowsPerBlock * this.dimension));
    }
    this.#row(slot).set(vector);
  }

  /** The last row takes the place of the removed one. */
  delete(key: number): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    const last = this.#keys.pop();
    if (last !== undefined && last !== key) {
      this.#row(slot).set(this.#row(this.#keys.length));
      this.#keys[slot] = last;
      this.#slots.set(last, slot);
    }
    this.#slots.delete(key);
    if (this.#keys.length <= (this.#blocks.length - 1) * this.#rowsPerBlock) this.#blocks.pop();
    return true;
  }

  /** Best first. */
  search(query: Float32Array, k: number, among?: ReadonlySet<number>): Neighbour[] {
    const best = new TopK(k);
    this.score(query, among, (key, score) => best.offer(key, score));
    return best.sorted();
  }

  /** Tells `take` the score of each row, in no order. */
  score(query: Float32Array, among: ReadonlySet<number> | undefined, take: (key: number, score: number) => void): void {
    if (among && among.size < this.size) {
      for (const key of among) {
        const row = this.get(key);
        if (row) take(key, dot(query, row));
      }
      return;
    }
    let slot = 0;
    for (const block of this.#blocks) {
      const rows = Math.min(this.#rowsPerBlock, this.#keys.length - slot);
      dotRows(query, block, rows, this.#scores);
      for (let row = 0; row < rows; row++, slot++) {
        const key = this.#keys[slot] as number;
        if (!among || among.has(key)) take(key, this.#scores[row] as number);
      }
    }
  }

  #row(slot: number): Float32Array {
    const block = this.#blocks[Math.floor(slot / this.#rowsPerBlock)];
    if (!block) throw new RangeError(`no row ${slot}`);
    const offset = (slot % this.#rowsPerBlock) * this.dimension;
    return block.subarray(offset, offset + this.dimension);
  }
}

/** Dot product of one row; the same sum as that of many. */
export function dot(query: Float32Array, row: Float32Array): number {
  dotRows(query, row, 1, oneScore);
  return oneScore[0] as number;
}
const oneScore = new Float64Array(1);

/** Dot products of `query` with the first `count` of `rows`. Every score of an index comes from here, so equal vectors score equal. */
export function dotRows(query: Float32Array, rows: Float32Array, count: number, scores: Float64Array): void {
  const { length } = query;
  for (let row = 0, start = 0; row < count; row++, start += length) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (query[i] as number) * (rows[start + i] as number);
    scores[row] = sum;
  }
}
