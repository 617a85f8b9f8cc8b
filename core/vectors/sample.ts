/**
 * @file A sample of the live vectors: those whose keys hash lowest. It depends on nothing but the set of keys, is spread evenly
 * over it, and one added or deleted row rarely changes it.
 */
import { dotRows } from './exact-rows.ts';
import { TopK } from './top-k.ts';

export class KeySample {
  readonly size: number;
  readonly keys: readonly number[];
  readonly #members: ReadonlySet<number>;
  readonly #values: Float32Array;
  readonly #highest: number;

  /** `read` writes the vector of a key into `out`; a key that it does not know is left out. */
  constructor(size: number, dimension: number, live: Iterable<number>, read: (key: number, out: Float32Array) => boolean) {
    const best = new TopK(size);
    for (const key of live) best.offer(key, -hashOf(key));
    const lowest = best.sorted();
    this.size = size;
    this.#highest = lowest.length < size ? Number.POSITIVE_INFINITY : -(lowest.at(-1)?.score ?? 0);
    this.#values = new Float32Array(lowest.length * dimension);
    const keys: number[] = [];
    for (const { key } of lowest) {
      if (read(key, this.#values.subarray(keys.length * dimension, (keys.length + 1) * dimension))) keys.push(key);
    }
    this.keys = keys;
    this.#members = new Set(keys);
  }

  /** Whether the sample would be another one with this key than without it. */
  dependsOn(key: number): boolean {
    return this.#members.has(key) || hashOf(key) <= this.#highest;
  }

  scores(query: Float32Array): Float32Array {
    const scores = new Float64Array(this.keys.length);
    dotRows(query, this.#values, scores.length, scores);
    return Float32Array.from(scores);
  }
}

/** The finaliser of MurmurHash3 over both halves of the key. */
function hashOf(key: number): number {
  let hash = (key ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
