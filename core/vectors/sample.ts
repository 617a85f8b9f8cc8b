/**
 * @file A sample of the live vectors: those whose keys hash lowest. It depends on nothing but the set of keys, is spread evenly
 * over it, and one added or deleted row rarely changes it.
 */
import type { StoredRows } from '../store/embeddings.ts';
import { batchRows, HalfRows } from './half-rows.ts';
import { TopK } from './top-k.ts';

export class KeySample {
  readonly size: number;
  readonly keys: readonly number[];
  readonly #members: ReadonlySet<number>;
  readonly #rows: HalfRows;
  readonly #highest: number;

  /** `read` gives the vectors of keys as they are stored; keys that it does not know are left out. */
  constructor(size: number, dimension: number, live: Iterable<number>, read: (keys: readonly number[]) => StoredRows) {
    const best = new TopK(size);
    for (const key of live) best.offer(key, -hashOf(key));
    const lowest = best.sorted();
    const { keys, blob } = read(lowest.map(({ key }) => key));
    this.size = size;
    this.keys = keys;
    this.#highest = lowest.length < size ? Number.POSITIVE_INFINITY : -(lowest.at(-1)?.score ?? 0);
    this.#members = new Set(keys);
    this.#rows = new HalfRows(dimension);
    this.#rows.write(0, blob);
  }

  /** Whether the sample would be another one with this key than without it. */
  dependsOn(key: number): boolean {
    return this.#members.has(key) || hashOf(key) <= this.#highest;
  }

  scores(query: Float32Array): Float32Array {
    this.#rows.setQuery(query);
    const scores = new Float32Array(this.keys.length);
    for (let first = 0; first < scores.length; first += batchRows) {
      scores.set(this.#rows.score(first, Math.min(batchRows, scores.length - first)), first);
    }
    return scores;
  }
}

/** The finaliser of MurmurHash3 over both halves of the key. */
function hashOf(key: number): number {
  let hash = (key ^ Math.imul(Math.floor(key / 2 ** 32), 0x9e3779b1)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
