/** @file Watched folders: table `roots`. */
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

export type Root = {
  readonly id: number;
  readonly path: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly online: boolean;
  /** Device and inode when last seen, null before the first look. */
  readonly identity: string | null;
  readonly changedAt: number | null;
};

type Row = {
  id: number;
  path: string;
  include: string;
  exclude: string;
  online: number;
  identity: string | null;
  changed_at: number | null;
};

export function listRoots(store: Store): Root[] {
  return prepared<Row>(store, 'SELECT * FROM roots ORDER BY path').all().map(toRoot);
}

export function rootById(store: Store, id: number): Root | undefined {
  const row = prepared<Row>(store, 'SELECT * FROM roots WHERE id = ?').get(id);
  return row && toRoot(row);
}

export function insertRoot(store: Store, path: string, include: readonly string[], exclude: readonly string[], now: number): Root {
  const row = prepared<Row>(store, 'INSERT INTO roots (path, include, exclude, added_at) VALUES (?, ?, ?, ?) RETURNING *').get(
    path,
    JSON.stringify(include),
    JSON.stringify(exclude),
    now,
  );
  if (!row) throw new Error(`inserting the root ${path} returned no row`);
  return toRoot(row);
}

export function setGlobs(store: Store, id: number, include: readonly string[], exclude: readonly string[]): void {
  prepared(store, 'UPDATE roots SET include = ?, exclude = ? WHERE id = ?').run(JSON.stringify(include), JSON.stringify(exclude), id);
}

export function setOnline(store: Store, id: number, online: boolean): void {
  prepared(store, 'UPDATE roots SET online = ? WHERE id = ?').run(online ? 1 : 0, id);
}

export function setIdentity(store: Store, id: number, identity: string): void {
  prepared(store, 'UPDATE roots SET identity = ? WHERE id = ?').run(identity, id);
}

export function touchRoot(store: Store, id: number, now: number): void {
  prepared(store, 'UPDATE roots SET changed_at = ? WHERE id = ?').run(now, id);
}

/** Its files must be gone or moved to another root before. */
export function deleteRoot(store: Store, id: number): void {
  prepared(store, 'DELETE FROM roots WHERE id = ?').run(id);
}

function toRoot(row: Row): Root {
  return {
    id: row.id,
    path: row.path,
    include: JSON.parse(row.include) as string[],
    exclude: JSON.parse(row.exclude) as string[],
    online: row.online === 1,
    identity: row.identity,
    changedAt: row.changed_at,
  };
}
