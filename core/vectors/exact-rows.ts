/**
 * @file Vectors in memory, compared one by one: the whole index of a small library, and the part of a large one that is in no segment.
 * 20,000 rows of 464 values are searched in about 2 ms.
 */
import type { StoredRows } from '../store/embeddings.ts';
import { batchRows, HalfRows } from './half-rows.ts';
import { TopK } from './top-k.ts';
import type { Neighbour } from './vector-index.ts';

/** Told of a row's score. */
export type Take = (key: number, score: number) => void;

export class ExactRows {
  readonly dimension: number;
  #rows: HalfRows;
  /** Key by slot, without gaps. */
  readonly #keys: number[] = [];
  readonly #slots = new Map<number, number>();
  /** Slots that the memory has grown to. */
  #grownTo = 0;

  constructor(dimension: number) {
    this.dimension = dimension;
    this.#rows = new HalfRows(dimension);
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

  /** Takes a row as it is stored. A key that is there already gets the new values. */
  set(key: number, blob: Uint8Array): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) this.append({ keys: [key], blob });
    else this.#rows.write(slot, blob);
  }

  /** Takes rows whose keys are not there yet. */
  append({ keys, blob }: StoredRows): void {
    this.#rows.write(this.size, blob);
    for (const key of keys) this.#slots.set(key, this.#keys.push(key) - 1);
    this.#grownTo = Math.max(this.#grownTo, this.size);
  }

  /** The last row takes the place of the removed one. */
  delete(key: number): boolean {
    const slot = this.#slots.get(key);
    if (slot === undefined) return false;
    const last = this.#keys.pop();
    if (last !== undefined && last !== key) {
      this.#rows.copy(this.#keys.length, slot);
      this.#keys[slot] = last;
      this.#slots.set(last, slot);
    }
    this.#slots.delete(key);
    return true;
  }

  /** Gives memory back after many rows were deleted; a kernel's memory can only grow. */
  trim(): void {
    if (this.#grownTo < 4 * this.#keys.length + batchRows) return;
    const rows = new HalfRows(this.dimension);
    for (let slot = 0; slot < this.#keys.length; slot++) rows.write(slot, this.#rows.read(slot));
    this.#rows = rows;
    this.#grownTo = this.#keys.length;
  }

  /** Best first. */
  search(query: Float32Array, k: number, among?: ReadonlySet<number>): Neighbour[] {
    const best = new TopK(k);
    this.score(query, among, (key, score) => best.offer(key, score));
    return best.sorted();
  }

  /** Tells `take` the score of each row, in no order. */
  score(query: Float32Array, among: ReadonlySet<number> | undefined, take: Take): void {
    this.#rows.setQuery(query);
    if (among && among.size * 8 < this.size) {
      for (const key of among) {
        const slot = this.#slots.get(key);
        if (slot !== undefined) take(key, this.#rows.score(slot, 1)[0] as number);
      }
      return;
    }
    for (let first = 0; first < this.size; first += batchRows) {
      const scores = this.#rows.score(first, Math.min(batchRows, this.size - first));
      for (let row = 0; row < scores.length; row++) {
        const key = this.#keys[first + row] as number;
        if (!among || among.has(key)) take(key, scores[row] as number);
      }
    }
  }
}
