/**
 * @file The vector index: segments that answer approximately, a tail that is compared row by row, tombstones for what is deleted.
 *
 * [Note: what the index may get wrong] library.db alone says which vectors there are and what they are. A segment only proposes keys:
 * every proposal is scored with the stored vector, and one whose row is gone is dropped. What is not covered by a segment that
 * passed its checks is in the tail. So what a segment can do wrong is to overlook a row; one that is missing, damaged or stale costs time only.
 */
import { basename, join } from 'node:path';
import { embeddingKeys, readStored, type StoredRows, streamStored } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { Background } from './background.ts';
import { buildSegment, type ProcessOptions } from './build-segment.ts';
import { ExactRows, type Take } from './exact-rows.ts';
import { encodeFloat16 } from './float16.ts';
import { batchRows, checkQuery, HalfRows } from './half-rows.ts';
import { KeptRows } from './kept-rows.ts';
import { type Build, type Limits, nextBuild } from './plan.ts';
import { Ranking } from './ranking.ts';
import { KeySample } from './sample.ts';
import type { SegmentBackend } from './segment.ts';
import { type OpenSegment, SegmentSet } from './segment-set.ts';
import { byRank, TopK } from './top-k.ts';
import type { IndexHealth, Neighbour, SearchOptions, VectorIndex } from './vector-index.ts';

export type SegmentedOptions = ProcessOptions & {
  readonly store: Store;
  readonly spaceId: number;
  readonly dimension: number;
  readonly limits: Limits;
  /** Asked once: at the start where a backend is given (then that one is for the time being), else when the tail has grown too long. */
  readonly choose?: () => Promise<Choice>;
};

/** The backend to use, if any, and why it is not the preferred one. */
export type Choice = { readonly backend?: SegmentBackend; readonly note: string };

/** Proposals to score beyond those wanted: a backend's own scores are rounded. */
const spare = (wanted: number) => 16 + Math.ceil(wanted / 10);

export class SegmentedIndex implements VectorIndex {
  readonly dimension: number;
  readonly #options: SegmentedOptions;
  readonly #tail: ExactRows;
  readonly #background: Background<Build>;
  /** Where stored rows are scored that are not in the tail. */
  readonly #stored: HalfRows;
  readonly #kept: KeptRows;
  #segments: SegmentSet | undefined;
  #choosing: Promise<void> | undefined;
  #isChosen = false;
  #closed = false;
  #note = '';
  #failure = '';
  #sample: KeySample | undefined;

  /** Without a backend everything is in the tail until one was chosen. */
  constructor(options: SegmentedOptions, backend?: SegmentBackend) {
    this.#options = options;
    this.dimension = options.dimension;
    this.#stored = new HalfRows(options.dimension);
    this.#kept = new KeptRows(options);
    this.#tail = new ExactRows(options.dimension);
    this.#background = new Background({
      next: () => this.#nextBuild(),
      run: (build, signal) => this.#build(build, signal),
      onFailure: (error) => this.#failed(error),
    });
    if (backend) this.#openSegments(backend);
    let first = 0;
    for (const { row } of this.#open()) {
      this.#load(first, row.first - 1);
      first = row.last + 1;
    }
    this.#load(first, Number.MAX_SAFE_INTEGER);
    if (backend && options.choose) this.#ask(options.choose);
    else if (backend) this.#background.poke();
    else this.#grown();
  }

  get live(): number {
    return this.#open().reduce((sum, { row, dead }) => sum + row.rows - dead.size, this.#tail.size);
  }

  search(query: Float32Array, { k, among }: SearchOptions): Neighbour[] {
    checkQuery(query, this.dimension);
    const wanted = Math.min(k, among?.size ?? Number.POSITIVE_INFINITY, this.live);
    const best = new TopK(wanted);
    const take: Take = (key, score) => best.offer(key, score);
    if (among && among.size <= this.#options.limits.amongRows) {
      this.#scoreEach(query, among, take);
      return best.sorted();
    }
    this.#tail.score(query, among, take);
    const proposals: Neighbour[] = [];
    const counts = among && this.#segments?.count(among);
    for (const open of this.#open()) {
      const inside = counts ? (counts.get(open) ?? 0) : open.row.rows - open.dead.size;
      const found = this.#propose(open, query, wanted, inside, among);
      if (found) proposals.push(...found);
      else this.#scoreRange(query, open.row.first, open.row.last, among, take);
    }
    this.#keep();
    const gone = this.#scoreProposals(query, proposals.sort(byRank).slice(0, wanted + spare(wanted)), take);
    if (gone.length === 0) return best.sorted();
    this.remove(gone); // deleted without our being told: they took the place of others
    return this.search(query, among ? { k, among } : { k });
  }

  rank(query: Float32Array, among?: ReadonlySet<number>): Neighbour[] {
    checkQuery(query, this.dimension);
    const all = new Ranking();
    const take: Take = (key, score) => all.add(key, score);
    if (among && among.size <= this.#options.limits.amongRows) {
      this.#scoreEach(query, among, take);
    } else {
      this.#tail.score(query, among, take);
      for (const { row } of this.#open()) this.#scoreRange(query, row.first, row.last, among, take);
    }
    this.#keep();
    return all.sorted();
  }

  sample(n: number): KeySample {
    if (this.#sample?.size !== n) {
      const { store, spaceId, dimension } = this.#options;
      this.#sample = new KeySample(n, dimension, embeddingKeys(store, spaceId), (keys) => readStored(store, spaceId, dimension, keys));
    }
    return this.#sample;
  }

  add(key: number, vector: Float32Array): void {
    checkQuery(vector, this.dimension);
    if (this.#segments?.at(key)) return; // the segment was built after this row was committed
    this.#tail.set(key, encodeFloat16(vector));
    if (this.#sample?.dependsOn(key)) this.#sample = undefined;
    this.#grown();
  }

  remove(keys: readonly number[]): void {
    const covered = keys.filter((key) => !this.#tail.delete(key));
    this.#segments?.bury(covered);
    if (keys.some((key) => this.#sample?.dependsOn(key))) this.#sample = undefined;
    if (covered.length > 0) this.#background.poke();
  }

  health(): IndexHealth {
    const open = this.#open();
    return {
      backend: this.#segments?.backend.name ?? 'exact',
      live: this.live,
      segments: open.length,
      tail: this.#tail.size,
      tombstones: open.reduce((sum, { dead }) => sum + dead.size, 0),
      building: this.#background.busy,
      note: [this.#note, this.#failure].filter((text) => text !== '').join(' '),
    };
  }

  async settled(): Promise<void> {
    await this.#choosing;
    if (this.#segments) await this.#background.settled();
  }

  close(): void {
    this.#closed = true;
    this.#background.stop();
    this.#kept.close();
    this.#segments?.close();
  }

  #open(): readonly OpenSegment[] {
    return this.#segments?.open ?? [];
  }

  /** Sees to it that the tail does not stay long. */
  #grown(): void {
    const { limits, choose } = this.#options;
    if (this.#segments) {
      if (this.#tail.size > limits.tailRows) this.#background.poke();
    } else if (choose && this.#tail.size > limits.exactRows) {
      this.#ask(choose);
    }
  }

  #ask(choose: () => Promise<Choice>): void {
    this.#choosing ??= choose().then(({ backend, note }) => {
      this.#isChosen = true;
      this.#note = note;
      if (this.#closed) return;
      if (backend && backend.name !== this.#segments?.backend.name) this.#change(backend);
      this.#background.poke();
    });
  }

  #change(backend: SegmentBackend): void {
    for (const { row } of this.#open()) this.#load(row.first, row.last);
    this.#segments?.close();
    this.#openSegments(backend);
    for (const { row } of this.#open()) this.#unload(row.first, row.last);
  }

  /** Without its folder or its manifest there is no index of segments, but there are answers. */
  #openSegments(backend: SegmentBackend): void {
    const { store, spaceId, dimension, log } = this.#options;
    try {
      this.#segments = new SegmentSet({ store, spaceId, dimension, log, backend });
    } catch (error) {
      this.#failed(error);
    }
  }

  #load(first: number, last: number): void {
    const { store, spaceId, dimension } = this.#options;
    for (const rows of streamStored(store, spaceId, dimension, { first, last })) this.#tail.append(rows);
  }

  #unload(first: number, last: number): void {
    for (const key of [...this.#tail.keys()]) {
      if (key >= first && key <= last) this.#tail.delete(key);
    }
    this.#tail.trim();
  }

  /** About the nearest rows of a segment that may be returned; undefined where comparing all of its rows is the better way. */
  #propose(open: OpenSegment, query: Float32Array, wanted: number, inside: number, among?: ReadonlySet<number>): Neighbour[] | undefined {
    if (inside === 0) return [];
    const { row, segment, dead } = open;
    const enough = Math.min(wanted, inside);
    const first = inside === row.rows ? enough : Math.ceil((enough * row.rows) / inside) + spare(wanted);
    for (let ask = Math.min(first, row.rows); ask <= segment.reach; ask *= 4) {
      const found = segment.search(query, Math.min(ask, row.rows)).filter(({ key }) => !dead.has(key) && (!among || among.has(key)));
      if (found.length >= enough) return found;
      if (ask >= row.rows) break; // the graph does not reach all of its rows
    }
    return undefined;
  }

  /** Scores proposals with the stored vectors, and returns the keys that are not stored any more. */
  #scoreProposals(query: Float32Array, proposals: readonly Neighbour[], take: Take): number[] {
    const gone = new Set(proposals.map(({ key }) => key));
    this.#scoreKeys(query, [...gone], (key, score) => {
      gone.delete(key);
      take(key, score);
    });
    return [...gone];
  }

  #scoreEach(query: Float32Array, keys: ReadonlySet<number>, take: Take): void {
    this.#tail.score(query, keys, take);
    const others = [...keys].filter((key) => !this.#tail.has(key));
    this.#scoreKeys(query, others, take);
  }

  #scoreKeys(query: Float32Array, keys: readonly number[], take: Take): void {
    const { store, spaceId, dimension } = this.#options;
    for (let at = 0; at < keys.length; at += batchRows) {
      this.#scoreRows(query, readStored(store, spaceId, dimension, keys.slice(at, at + batchRows)), take);
    }
  }

  #scoreRange(query: Float32Array, first: number, last: number, among: ReadonlySet<number> | undefined, take: Take): void {
    const { store, spaceId, dimension } = this.#options;
    const takeSome: Take = among ? (key, score) => among.has(key) && take(key, score) : take;
    const { upTo } = this.#kept;
    this.#kept.score(query, first, Math.min(last, upTo), takeSome);
    const rest = { first: Math.max(first, upTo + 1), last, rows: batchRows };
    for (const rows of streamStored(store, spaceId, dimension, rest)) this.#scoreRows(query, rows, takeSome);
  }

  /** Somebody searches: what ranking everything reads is kept at hand. */
  #keep(): void {
    const last = Math.max(0, ...this.#open().map(({ row }) => row.last));
    this.#kept.load(last, this.live).catch((error: unknown) => this.#options.log(`vectors: rows could not be kept: ${String(error)}`));
  }

  /** At most `batchRows`. */
  #scoreRows(query: Float32Array, { keys, blob }: StoredRows, take: Take): void {
    this.#stored.setQuery(query);
    const scores = this.#stored.score(0, this.#stored.write(0, blob));
    for (const [row, key] of keys.entries()) take(key, scores[row] as number);
  }

  #nextBuild(): Build | undefined {
    if (!this.#segments || (this.#choosing && !this.#isChosen)) return undefined;
    const covered = this.#open().map(({ row, dead }) => ({
      first: row.first,
      last: row.last,
      live: row.rows - dead.size,
      dead: dead.size,
    }));
    return nextBuild(covered, Float64Array.from(this.#tail.keys()).sort(), this.#options.limits);
  }

  async #build({ first, last, rows }: Build, signal: AbortSignal): Promise<void> {
    const segments = this.#segments;
    if (!segments) return;
    const { store, spaceId, dimension } = this.#options;
    if (rows === 0) return segments.dropWithin(first, last);
    const path = segments.newPath(first);
    const request = { backend: segments.backend.name, library: join(store.directory, 'library.db'), spaceId, dimension, first, last, path };
    const built = await buildSegment(request, signal, this.#options);
    if (signal.aborted) return;
    segments.adopt(basename(path), first, last, built);
    this.#unload(first, last);
    this.#failure = '';
  }

  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#options.log(`vectors: the index is not up to date: ${error instanceof Error ? (error.stack ?? reason) : reason}`);
    this.#failure = `The search index could not be brought up to date (${reason.replace(/\.$/, '')}); until it is, searches compare vectors one by one.`;
  }
}
