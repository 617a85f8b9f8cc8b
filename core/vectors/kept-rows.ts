/**
 * @file Stored rows of the segments, kept in memory while somebody searches: reading them from library.db is most of what ranking everything costs.
 *
 * [Note: rows kept in memory] A row never changes under its key and keys are not reused, so what is kept can only be of a row that is gone. Keys are
 * compared with library.db's whenever that was written to since. Loaded in steps between other work, given back when nobody has ranked for a while.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { embeddingKeys, streamStored } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { writesOf } from '../store/statements.ts';
import type { Take } from './exact-rows.ts';
import { batchRows, HalfRows } from './half-rows.ts';

export type KeptRowsOptions = {
  readonly store: Store;
  readonly spaceId: number;
  readonly dimension: number;
  /** Of a space that takes more, nothing is kept. */
  readonly mostBytes?: number;
  readonly idleMs?: number;
};

export class KeptRows {
  readonly #options: Required<KeptRowsOptions>;
  #rows: HalfRows | undefined;
  /** By ascending key. */
  #keys = new Float64Array(0);
  #count = 0;
  /** Every row up to this key that there was is among the kept ones. */
  #upTo = 0;
  #gone: ReadonlySet<number> = new Set();
  #checkedAt = '';
  #loading: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: KeptRowsOptions) {
    this.#options = { mostBytes: 256 * 2 ** 20, idleMs: 5 * 60_000, ...options };
  }

  /** The key up to which rows are kept; what is beyond must be read. */
  get upTo(): number {
    return this.#upTo;
  }

  /** Begins to load the rows up to a key, unless they are there, or too many. Resolves when they are there. */
  load(last: number, rows: number): Promise<void> {
    const { dimension, mostBytes } = this.#options;
    if (last <= this.#upTo || rows * dimension * 2 > mostBytes) return Promise.resolve();
    this.#loading ??= this.#load(last).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Tells `take` the scores of the kept rows with keys from the first up to the last, both inclusive. */
  score(query: Float32Array, first: number, last: number, take: Take): void {
    if (!this.#rows) return;
    this.#stay();
    this.#check();
    this.#rows.setQuery(query);
    const end = this.#firstFrom(last + 1);
    for (let from = this.#firstFrom(first); from < end; from += batchRows) {
      const scores = this.#rows.score(from, Math.min(batchRows, end - from));
      for (let row = 0; row < scores.length; row++) {
        const key = this.#keys[from + row] as number;
        if (this.#gone.size === 0 || !this.#gone.has(key)) take(key, scores[row] as number);
      }
    }
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#rows = undefined;
    this.#keys = new Float64Array(0);
    this.#count = 0;
    this.#upTo = 0;
    this.#gone = new Set();
  }

  async #load(last: number): Promise<void> {
    const { store, spaceId, dimension } = this.#options;
    const rows = this.#rows ?? new HalfRows(dimension);
    this.#rows = rows;
    this.#checkedAt = '';
    this.#stay();
    for (const { keys, blob } of streamStored(store, spaceId, dimension, { first: this.#upTo + 1, last, rows: batchRows })) {
      rows.write(this.#count, blob);
      this.#reserve(this.#count + keys.length);
      this.#keys.set(keys, this.#count);
      this.#count += keys.length;
      this.#upTo = keys.at(-1) ?? this.#upTo;
      await breathe();
      if (this.#rows !== rows) return; // given back meanwhile
    }
    this.#upTo = last;
  }

  #reserve(count: number): void {
    if (count <= this.#keys.length) return;
    const larger = new Float64Array(Math.max(count, 2 * this.#keys.length));
    larger.set(this.#keys);
    this.#keys = larger;
  }

  /** Which of the kept rows are gone. */
  #check(): void {
    const { store, spaceId } = this.#options;
    const now = `${writesOf(store)}/${this.#count}`;
    if (now === this.#checkedAt) return;
    this.#checkedAt = now;
    const there = embeddingKeys(store, spaceId);
    const gone = new Set<number>();
    let at = 0;
    for (const key of this.#keys.subarray(0, this.#count)) {
      while ((there[at] ?? Number.POSITIVE_INFINITY) < key) at += 1;
      if (there[at] !== key) gone.add(key);
    }
    this.#gone = gone;
  }

  /** Slot of the first row with at least this key, by binary search. */
  #firstFrom(key: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #stay(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), this.#options.idleMs).unref();
  }
}
