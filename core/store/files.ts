/**
 * @file Files: table `files`, which is also the queue. `pending` = to be read, `ready` = searchable, `failed` = not tried again by itself.
 * A changed file is `pending` with its old content until the new one is there.
 */
import { sep } from 'node:path';
import type { ErrorCode } from '../api/errors.ts';
import type { Failure } from '../api/library.ts';
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

/** What the file system says of a file. Times in whole milliseconds. */
export type FileStat = { readonly bytes: number; readonly mtime: number; readonly inode: number };

export type FileRow = FileStat & {
  readonly id: number;
  readonly rootId: number;
  readonly path: string;
  readonly isFolder: boolean;
  readonly state: 'pending' | 'ready' | 'failed';
  readonly contentId: number | null;
  readonly attempts: number;
  readonly changedAt: number;
};

type Row = Omit<FileRow, 'isFolder'> & { isFolder: number };

const columns = `files.id, root_id AS rootId, files.path, bytes, mtime, inode, is_folder AS isFolder, state, content_id AS contentId, attempts,
  files.changed_at AS changedAt`;

export function fileById(store: Store, id: number): FileRow | undefined {
  return toFile(prepared<Row>(store, `SELECT ${columns} FROM files WHERE id = ?`).get(id));
}

export function fileByPath(store: Store, path: string): FileRow | undefined {
  return toFile(prepared<Row>(store, `SELECT ${columns} FROM files WHERE path = ?`).get(path));
}

export function filesByContent(store: Store, contentId: number): FileRow[] {
  return prepared<Row>(store, `SELECT ${columns} FROM files WHERE content_id = ? ORDER BY id`).all(contentId).map(asFile);
}

/** A root's rows, `after` an id, in order of id. `+` keeps SQLite on the primary key: by the index on roots it would sort all rows each time. */
export function filesOfRoot(store: Store, rootId: number, after: number, limit: number): FileRow[] {
  return prepared<Row>(store, `SELECT ${columns} FROM files WHERE +root_id = ? AND id > ? ORDER BY id LIMIT ?`)
    .all(rootId, after, limit)
    .map(asFile);
}

/** The row of this path and the rows of everything below it. */
export function filesAtOrBelow(store: Store, path: string): FileRow[] {
  // Every path below "/a/b" sorts between "/a/b/" and "/a/b0", "0" being the character after "/" (and "]" the one after "\").
  const below = path.endsWith(sep) ? path : path + sep;
  const end = below.slice(0, -1) + String.fromCharCode(sep.charCodeAt(0) + 1);
  return prepared<Row>(store, `SELECT ${columns} FROM files WHERE path = ? OR (path >= ? AND path < ?) ORDER BY id`)
    .all(path, below, end)
    .map(asFile);
}

export function insertPending(store: Store, rootId: number, path: string, stat: FileStat, now: number): number {
  const done = prepared(
    store,
    `INSERT INTO files (root_id, path, bytes, mtime, inode, state, changed_at) VALUES (?, ?, ?, ?, ?, 'pending', ?)`,
  ).run(rootId, path, stat.bytes, stat.mtime, stat.inode, now);
  return Number(done.lastInsertRowid);
}

/** A file that changed: read it again, and forget earlier failures. */
export function markPending(store: Store, id: number, stat: FileStat, now: number): void {
  prepared(
    store,
    `UPDATE files SET bytes = ?, mtime = ?, inode = ?, state = 'pending', is_folder = 0, attempts = 0, error_code = NULL,
     error_message = NULL, changed_at = ? WHERE id = ?`,
  ).run(stat.bytes, stat.mtime, stat.inode, now, id);
}

export function markReady(store: Store, id: number, contentId: number, now: number): void {
  prepared(
    store,
    `UPDATE files SET state = 'ready', content_id = ?, attempts = 0, error_code = NULL, error_message = NULL, changed_at = ? WHERE id = ?`,
  ).run(contentId, now, id);
}

export function markFailed(store: Store, id: number, code: ErrorCode, message: string, now: number): void {
  prepared(
    store,
    `UPDATE files SET state = 'failed', content_id = NULL, attempts = attempts + 1, error_code = ?, error_message = ?, changed_at = ?
     WHERE id = ?`,
  ).run(code, message, now, id);
}

/**
 * Something that can be named but not read: a folder that cannot be opened, a name that is not text. Returns its id.
 * A row that was readable before keeps its state: what is indexed stays so.
 */
export function upsertUnreadable(
  store: Store,
  rootId: number,
  entry: { path: string; isFolder: boolean; code: ErrorCode; message: string },
  now: number,
): number {
  prepared(
    store,
    `INSERT INTO files (root_id, path, bytes, mtime, inode, is_folder, state, attempts, error_code, error_message, changed_at)
     VALUES (?, ?, 0, 0, 0, ?, 'failed', 1, ?, ?, ?)
     ON CONFLICT (path) DO UPDATE SET is_folder = excluded.is_folder, attempts = attempts + 1, error_code = excluded.error_code,
       error_message = excluded.error_message WHERE state = 'failed'`,
  ).run(rootId, entry.path, entry.isFolder ? 1 : 0, entry.code, entry.message, now);
  const row = prepared<{ id: number }>(store, 'SELECT id FROM files WHERE path = ?').get(entry.path);
  if (!row) throw new Error(`${entry.path} is not there after it was inserted`);
  return row.id;
}

/** Gives a row a new path; used for a file that was moved, so that it stays the same item. */
export function movePath(store: Store, id: number, rootId: number, path: string, stat: FileStat, now: number): void {
  prepared(
    store,
    `UPDATE files SET root_id = ?, path = ?, bytes = ?, mtime = ?, inode = ?, state = 'ready', changed_at = ? WHERE id = ?`,
  ).run(rootId, path, stat.bytes, stat.mtime, stat.inode, now, id);
}

export function changeId(store: Store, from: number, to: number): void {
  prepared(store, 'UPDATE files SET id = ? WHERE id = ?').run(to, from);
}

export function changeRoot(store: Store, from: number, to: number): void {
  prepared(store, 'UPDATE files SET root_id = ? WHERE root_id = ?').run(to, from);
}

export function deleteFile(store: Store, id: number): void {
  prepared(store, 'DELETE FROM files WHERE id = ?').run(id);
}

/** Pending files of folders that can be reached. */
export function nextPending(store: Store, afterId: number, limit: number): FileRow[] {
  return prepared<Row>(
    store,
    `SELECT ${columns} FROM files JOIN roots ON roots.id = root_id WHERE state = 'pending' AND files.id > ? AND roots.online = 1
     ORDER BY files.id LIMIT ?`,
  )
    .all(afterId, limit)
    .map(asFile);
}

export function countPending(store: Store): number {
  const row = prepared<{ n: number }>(
    store,
    `SELECT coalesce(sum((SELECT count(*) FROM files WHERE root_id = roots.id AND state = 'pending')), 0) AS n FROM roots WHERE online = 1`,
  ).get();
  return row?.n ?? 0;
}

export function countReady(store: Store): number {
  return prepared<{ n: number }>(store, `SELECT count(*) AS n FROM files WHERE state = 'ready'`).get()?.n ?? 0;
}

export function countFailed(store: Store): number {
  return prepared<{ n: number }>(store, `SELECT count(*) AS n FROM files WHERE state = 'failed'`).get()?.n ?? 0;
}

/** Roots with folders that could not be opened: of all, or of these rows. */
export function foldersThatFailed(store: Store, ids: readonly number[] | undefined): number[] {
  return prepared<{ rootId: number }>(
    store,
    `SELECT root_id AS rootId FROM files WHERE state = 'failed' AND is_folder = 1 AND (@ids IS NULL OR id IN (SELECT value FROM json_each(@ids)))`,
  )
    .all({ ids: ids === undefined ? null : JSON.stringify(ids) })
    .map((row) => row.rootId);
}

export type RootCounts = { files: number; ready: number; pending: number; failed: number };

export function countByRoot(store: Store): Map<number, RootCounts> {
  const rows = prepared<{ rootId: number; state: FileRow['state']; isFolder: number; n: number }>(
    store,
    'SELECT root_id AS rootId, state, is_folder AS isFolder, count(*) AS n FROM files GROUP BY root_id, state, is_folder',
  ).all();
  const counts = new Map<number, RootCounts>();
  for (const row of rows) {
    const entry = counts.get(row.rootId) ?? { files: 0, ready: 0, pending: 0, failed: 0 };
    if (row.isFolder === 0) entry.files += row.n;
    entry[row.state] += row.n;
    counts.set(row.rootId, entry);
  }
  return counts;
}

export function listFailures(
  store: Store,
  rootId: number | undefined,
  after: number,
  limit: number,
): { failures: Failure[]; total: number } {
  const rows = prepared<Omit<Failure, 'at'> & { at: number }>(
    store,
    `SELECT id AS fileId, path, coalesce(error_code, 'internal') AS code, coalesce(error_message, '') AS message, attempts, changed_at AS at
     FROM files WHERE state = 'failed' AND (@root IS NULL OR root_id = @root) AND id > @after ORDER BY id LIMIT @limit`,
  ).all({ root: rootId ?? null, after, limit });
  const total = prepared<{ n: number }>(
    store,
    `SELECT count(*) AS n FROM files WHERE state = 'failed' AND (@root IS NULL OR root_id = @root)`,
  ).get({ root: rootId ?? null });
  return { failures: rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() })), total: total?.n ?? 0 };
}

/** Failed files become pending again; `ids` undefined = all. Folders stay: a scan tries those. */
export function retryFailed(store: Store, ids: readonly number[] | undefined): number {
  if (ids === undefined)
    return prepared(store, `UPDATE files SET state = 'pending' WHERE state = 'failed' AND is_folder = 0`).run().changes;
  const retry = prepared(store, `UPDATE files SET state = 'pending' WHERE id = ? AND state = 'failed' AND is_folder = 0`);
  return store.db.transaction(() => ids.reduce((sum, id) => sum + retry.run(id).changes, 0))();
}

function toFile(row: Row | undefined): FileRow | undefined {
  return row && asFile(row);
}

function asFile(row: Row): FileRow {
  return { ...row, isFolder: row.isFolder === 1 };
}
