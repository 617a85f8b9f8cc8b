/**
 * @file The hits of one answer, as far as they are loaded: whole pages by their place, fetched when wanted, the oldest forgotten. Logic without
 * React and without a network; page-cache.ts gives it both.
 */
import type { Hit } from '../../core/api/query.ts';

/** More than two screens of a desk. Twice as many take the library, and the page, twice as long for what nobody sees while typing. */
export const pageSize = 100;
/** Pages that are kept. What was looked at longest ago goes first. */
const kept = 80;
/** Fetched at a time: what is on the screen shall not wait behind what was scrolled past. */
const atOnce = 2;
/** Pages that are waited for; a fling over a hundred thousand pictures asks for more than anybody will look at. */
const waited = 4;
/** Who has seen so many is a reader. */
const deep = 400;

type Loaded = { readonly hits: readonly (Hit | null)[]; readonly came: readonly Hit[]; readonly stamp: number };

export type PageSource = {
  /** Hits from this place on, each with its own place. */
  load(from: number): Promise<readonly Hit[]>;
  /** The page is no longer kept. */
  forget(from: number): void;
};

export class Pages {
  readonly #source: PageSource;
  readonly #loaded = new Map<number, Loaded>();
  readonly #loading = new Set<number>();
  readonly #failed = new Set<number>();
  readonly #listeners = new Set<() => void>();
  #waiting: number[] = [];
  #stamp = 0;

  constructor(source: PageSource) {
    this.#source = source;
  }

  /** Undefined where it is not loaded, null where it is gone. */
  at(index: number): Hit | null | undefined {
    return this.#loaded.get(Math.floor(index / pageSize))?.hits[index % pageSize];
  }

  /** Place of a hit that is loaded; -1 for any other. */
  indexOf(id: string): number {
    for (const [page, { hits }] of this.#loaded) {
      const at = hits.findIndex((hit) => hit?.id === id);
      if (at >= 0) return page * pageSize + at;
    }
    return -1;
  }

  /** Changes when a hit from one place up to another does. */
  stamp(from: number, to: number): string {
    let stamps = '';
    for (let page = Math.floor(from / pageSize); page * pageSize < to; page++) stamps += `${this.#loaded.get(page)?.stamp ?? 0}/`;
    return stamps;
  }

  get hasFailed(): boolean {
    return this.#failed.size > 0;
  }

  /** More than the first were looked at: a reader deep in the answer does not want it replaced. */
  get isDeep(): boolean {
    return [...this.#loaded.keys()].some((page) => page * pageSize >= deep);
  }

  /** Whether a page is loaded and consists of these very hits; undefined where it is not kept. */
  holds(page: number, hits: readonly Hit[]): boolean | undefined {
    const loaded = this.#loaded.get(page);
    return loaded && loaded.came === hits;
  }

  /** Hits of a page, as they came or as they were changed. Those without a place of their own follow each other. */
  put(page: number, hits: readonly Hit[]): void {
    this.#stamp += 1;
    const from = page * pageSize;
    const places: (Hit | null)[] = hits.some(({ at }) => at === undefined) ? [] : new Array(pageSize).fill(null);
    hits.forEach((hit, at) => {
      places[(hit.at ?? from + at) - from] = hit;
    });
    this.#loaded.delete(page);
    this.#loaded.set(page, { hits: places, came: hits, stamp: this.#stamp });
    for (const oldest of this.#loaded.keys()) {
      if (this.#loaded.size <= kept) break;
      this.#loaded.delete(oldest);
      this.#source.forget(oldest * pageSize);
    }
    this.#tell();
  }

  /** Sees to it that the hits from one place up to another are loaded, before those that were wanted earlier. */
  want(from: number, to: number): void {
    const wanted: number[] = [];
    for (let page = Math.floor(Math.max(0, from) / pageSize); page * pageSize < to; page++) {
      const loaded = this.#loaded.get(page);
      if (loaded) {
        this.#loaded.delete(page);
        this.#loaded.set(page, loaded);
      } else if (!this.#loading.has(page) && !this.#failed.has(page)) wanted.push(page);
    }
    if (wanted.length === 0) return;
    this.#waiting = [...wanted, ...this.#waiting.filter((page) => !wanted.includes(page))].slice(0, waited);
    this.#next();
  }

  retry(): void {
    const failed = [...this.#failed];
    this.#failed.clear();
    for (const page of failed) this.want(page * pageSize, page * pageSize + 1);
    this.#tell();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #next(): void {
    while (this.#loading.size < atOnce) {
      const page = this.#waiting.shift();
      if (page === undefined) return;
      void this.#load(page);
    }
  }

  async #load(page: number): Promise<void> {
    this.#loading.add(page);
    try {
      const hits = await this.#source.load(page * pageSize);
      this.#loading.delete(page);
      this.put(page, hits);
    } catch {
      // Said by the wall, with a button; the connection's banner says why.
      this.#loading.delete(page);
      this.#failed.add(page);
      this.#tell();
    }
    this.#next();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
