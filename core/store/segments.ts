/**
 * @file The manifest of the vector index: which files hold which keys (`segments`), and which of those keys are deleted (`tombstones`).
 * The rows are the truth about the files: a file that none of them names does not belong to the index.
 */
import type { Database } from 'better-sqlite3';
import { prepared } from './statements.ts';

type SegmentStore = { readonly db: Database };

export type NewSegment = {
  readonly spaceId: number;
  readonly backend: string;
  /** File name in the index folder of the space. */
  readonly name: string;
  /** Every embedding of the space from `first` to `last` that existed when it was built. */
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  readonly checksum: string;
};

export type SegmentRow = NewSegment & { readonly id: number };

/** By key; ranges never overlap. */
export function listSegments(store: SegmentStore, spaceId: number): SegmentRow[] {
  return prepared<SegmentRow>(
    store,
    `SELECT id, space_id AS spaceId, backend, name, first_key AS first, last_key AS last, rows, checksum
     FROM segments WHERE space_id = ? ORDER BY first_key`,
  ).all(spaceId);
}

/** Puts a segment in the place of those within its range, with the keys of it that are deleted by now. All or nothing. */
export function replaceSegments(store: SegmentStore, segment: NewSegment, dead: readonly number[]): SegmentRow {
  const { spaceId, backend, name, first, last, rows, checksum } = segment;
  return store.db.transaction(() => {
    forgetRange(store, spaceId, first, last);
    const { lastInsertRowid } = prepared(
      store,
      'INSERT INTO segments (space_id, backend, name, first_key, last_key, rows, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ).run(spaceId, backend, name, first, last, rows, checksum);
    addTombstones(store, spaceId, dead);
    return { ...segment, id: Number(lastInsertRowid) };
  })();
}

export function dropSegment(store: SegmentStore, { spaceId, first, last }: SegmentRow): void {
  store.db.transaction(() => forgetRange(store, spaceId, first, last))();
}

function forgetRange(store: SegmentStore, spaceId: number, first: number, last: number): void {
  prepared(store, 'DELETE FROM segments WHERE space_id = ? AND first_key >= ? AND last_key <= ?').run(spaceId, first, last);
  prepared(store, 'DELETE FROM tombstones WHERE space_id = ? AND key BETWEEN ? AND ?').run(spaceId, first, last);
}

/** Ascending. */
export function listTombstones(store: SegmentStore, spaceId: number): number[] {
  return prepared<{ key: number }>(store, 'SELECT key FROM tombstones WHERE space_id = ? ORDER BY key')
    .all(spaceId)
    .map(({ key }) => key);
}

export function addTombstones(store: SegmentStore, spaceId: number, keys: readonly number[]): void {
  const insert = prepared(store, 'INSERT OR IGNORE INTO tombstones (space_id, key) VALUES (?, ?)');
  store.db.transaction(() => {
    for (const key of keys) insert.run(spaceId, key);
  })();
}
