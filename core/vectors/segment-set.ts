/**
 * @file The segments that are in use: those that the manifest names and that pass their checks. The rest is dropped, for the caller
 * to serve from the tail and to build again.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { embeddingKeys } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { addTombstones, dropSegment, listSegments, listTombstones, replaceSegments, type SegmentRow } from '../store/segments.ts';
import type { Segment, SegmentBackend } from './segment.ts';
import { checksumOf, indexFolder, removeFile, removeOrphans } from './segment-files.ts';
import type { BuiltSegment } from './segment-process.ts';

export type OpenSegment = { readonly row: SegmentRow; readonly segment: Segment; readonly dead: Set<number> };

export type SegmentSetOptions = {
  readonly store: Store;
  readonly spaceId: number;
  readonly dimension: number;
  readonly backend: SegmentBackend;
  readonly log: (line: string) => void;
};

export class SegmentSet {
  readonly backend: SegmentBackend;
  readonly folder: string;
  readonly #options: SegmentSetOptions;
  #open: readonly OpenSegment[] = [];

  constructor(options: SegmentSetOptions) {
    const { store, spaceId, backend } = options;
    this.#options = options;
    this.backend = backend;
    this.folder = indexFolder(store.directory, spaceId);
    const live = embeddingKeys(store, spaceId);
    const dead = Float64Array.from(listTombstones(store, spaceId));
    for (const row of listSegments(store, spaceId)) {
      const opened = this.#tryOpen(row, between(live, row).length, between(dead, row));
      if (opened) this.#open = [...this.#open, opened];
      else dropSegment(store, row);
    }
    this.#tidy();
  }

  /** By key. */
  get open(): readonly OpenSegment[] {
    return this.#open;
  }

  /** The segment whose range holds this key. */
  at(key: number): OpenSegment | undefined {
    return this.#open[this.#indexAt(key)];
  }

  /** How many of the keys lie in each of `open`, deleted ones left out. */
  count(keys: Iterable<number>): Map<OpenSegment, number> {
    const counts = new Map<OpenSegment, number>();
    for (const key of keys) {
      const open = this.at(key);
      if (open && !open.dead.has(key)) counts.set(open, (counts.get(open) ?? 0) + 1);
    }
    return counts;
  }

  /** Marks keys as deleted; those that are in no segment are nobody's business here. */
  bury(keys: readonly number[]): void {
    const buried = keys.filter((key) => {
      const dead = this.at(key)?.dead;
      return dead !== undefined && !dead.has(key);
    });
    if (buried.length === 0) return;
    for (const key of buried) this.at(key)?.dead.add(key);
    try {
      addTombstones(this.#options.store, this.#options.spaceId, buried);
    } catch (error) {
      // Nothing is lost: at the next start the rows do not match, and the segment is built anew.
      this.#options.log(`vectors: tombstones are not written: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** A path for a new segment that nothing has used before. Only one is built at a time: what failed before is deleted here. */
  newPath(first: number): string {
    this.#tidy();
    return join(this.folder, `${first}-${randomBytes(6).toString('hex')}.${this.backend.name}`);
  }

  /** Puts a new segment in the place of those within the range. Throws when it lacks a row that is live now, and changes nothing then. */
  adopt(name: string, first: number, last: number, { keys, checksum }: BuiltSegment): void {
    const { store, spaceId, dimension } = this.#options;
    const live = between(embeddingKeys(store, spaceId), { first, last });
    const dead = missingFrom(live, keys);
    if (keys.length - dead.length !== live.length) throw new Error(`${name} lacks ${live.length + dead.length - keys.length} rows`);
    const segment = this.backend.open(join(this.folder, name), dimension);
    const row = replaceSegments(store, { spaceId, backend: this.backend.name, name, first, last, rows: keys.length, checksum }, dead);
    const replaced = this.#open.filter((open) => within(open.row, row));
    const others = this.#open.filter((open) => !within(open.row, row));
    this.#open = [...others, { row, segment, dead: new Set(dead) }].sort((a, b) => a.row.first - b.row.first);
    this.#discard(replaced);
  }

  /** Forgets the segments within the range, and their files. */
  dropWithin(first: number, last: number): void {
    const dropped = this.#open.filter((open) => within(open.row, { first, last }));
    for (const { row } of dropped) dropSegment(this.#options.store, row);
    this.#open = this.#open.filter((open) => !dropped.includes(open));
    this.#discard(dropped);
  }

  close(): void {
    for (const { segment } of this.#open) segment.close();
    this.#open = [];
  }

  #tryOpen(row: SegmentRow, live: number, dead: Float64Array): OpenSegment | undefined {
    const { dimension, backend, log } = this.#options;
    try {
      if (row.backend !== backend.name) throw new Error(`it was made with ${row.backend}`);
      if (row.rows !== live + dead.length) throw new Error(`it has ${row.rows} rows for ${live} live and ${dead.length} deleted ones`);
      const path = join(this.folder, row.name);
      if (checksumOf(path) !== row.checksum) throw new Error('its file has changed');
      return { row, segment: backend.open(path, dimension), dead: new Set(dead) };
    } catch (error) {
      log(`vectors: ${row.name} is built again: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }

  #tidy(): void {
    removeOrphans(this.folder, new Set(this.#open.map(({ row }) => row.name)), this.#options.log);
  }

  #discard(segments: readonly OpenSegment[]): void {
    for (const { row, segment } of segments) {
      segment.close();
      removeFile(join(this.folder, row.name), this.#options.log);
    }
  }

  #indexAt(key: number): number {
    let low = 0;
    let high = this.#open.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const row = this.#open[middle]?.row;
      if (!row) break;
      if (key < row.first) high = middle - 1;
      else if (key > row.last) low = middle + 1;
      else return middle;
    }
    return -1;
  }
}

type Range = { readonly first: number; readonly last: number };

const within = (inner: Range, outer: Range): boolean => inner.first >= outer.first && inner.last <= outer.last;

/** The part of ascending `keys` that lies in the range. */
function between(keys: Float64Array, { first, last }: Range): Float64Array {
  return keys.subarray(lowerBound(keys, first), lowerBound(keys, last + 1));
}

function lowerBound(keys: Float64Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? key) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Those of `keys` that are not in `present`; both ascending. */
function missingFrom(present: Float64Array, keys: Float64Array): number[] {
  let at = 0;
  const missing: number[] = [];
  for (const key of keys) {
    while ((present[at] ?? Number.POSITIVE_INFINITY) < key) at++;
    if (present[at] !== key) missing.push(key);
  }
  return missing;
}
