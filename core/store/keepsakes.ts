/**
 * @file Stars, collections and saved searches in library.db. They are the user's own work: nothing but the user removes them.
 */
import { AppError } from '../api/errors.ts';
import { type Collection, type SavedSearch, uploadOf } from '../api/keepsakes.ts';
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

/** Stars, or takes the stars of, the contents of these items. Returns how many changed. */
export function setStars(store: Store, ids: readonly string[], starred: boolean, now: number): number {
  const hashes = hashesOf(store, ids);
  const change = starred
    ? prepared(store, 'INSERT OR IGNORE INTO stars (hash, at) SELECT value, ? FROM json_each(?)').run(now, JSON.stringify(hashes))
    : prepared(store, 'DELETE FROM stars WHERE hash IN (SELECT value FROM json_each(?))').run(JSON.stringify(hashes));
  return change.changes;
}

/** By name. */
export function listCollections(store: Store): Collection[] {
  type Row = { id: number; name: string; items: number; fileId: number | null; version: string | null; colour: string | null };
  const rows = prepared<Row>(
    store,
    `SELECT collections.id, collections.name,
       (SELECT count(*) FROM collected CROSS JOIN contents ON contents.hash = collected.hash
          CROSS JOIN files ON files.content_id = contents.id WHERE collection_id = collections.id) AS items,
       cover.fileId, cover.version, cover.colour
     FROM collections LEFT JOIN (
       SELECT collection_id, min(files.id) AS fileId, substr(contents.hash, 1, 16) AS version, contents.colour, max(collected.at)
       FROM collected CROSS JOIN contents ON contents.hash = collected.hash CROSS JOIN files ON files.content_id = contents.id
       GROUP BY collection_id
     ) AS cover ON cover.collection_id = collections.id
     ORDER BY collections.name COLLATE NOCASE`,
  ).all();
  return rows.map(({ id, name, items, fileId, version, colour }) => ({
    ...{ id, name, items },
    cover: fileId === null || version === null || colour === null ? null : { id: String(fileId), version, colour },
  }));
}

/** Throws bad-request where there is one of this name. */
export function makeCollection(store: Store, name: string, now: number): Collection {
  refuseTaken(store, 'collections', name);
  const { lastInsertRowid } = prepared(store, 'INSERT INTO collections (name, made_at) VALUES (?, ?)').run(name, now);
  return { id: Number(lastInsertRowid), name, items: 0, cover: null };
}

export function renameCollection(store: Store, id: number, name: string): void {
  refuseTaken(store, 'collections', name, id);
  if (prepared(store, 'UPDATE collections SET name = ? WHERE id = ?').run(name, id).changes === 0) throw noCollection(id);
}

/** The pictures in it stay where they are. */
export function removeCollection(store: Store, id: number): void {
  if (prepared(store, 'DELETE FROM collections WHERE id = ?').run(id).changes === 0) throw noCollection(id);
}

/** Puts the contents of these items into a collection, or takes them out. Returns how many changed. */
export function collect(store: Store, id: number, ids: readonly string[], isIn: boolean, now: number): number {
  if (prepared(store, 'SELECT 1 FROM collections WHERE id = ?').get(id) === undefined) throw noCollection(id);
  const hashes = JSON.stringify(hashesOf(store, ids));
  const change = isIn
    ? prepared(store, 'INSERT OR IGNORE INTO collected (collection_id, hash, at) SELECT ?, value, ? FROM json_each(?)').run(id, now, hashes)
    : prepared(store, 'DELETE FROM collected WHERE collection_id = ? AND hash IN (SELECT value FROM json_each(?))').run(id, hashes);
  return change.changes;
}

/** Names of the collections that have this content. */
export function collectionsWith(store: Pick<Store, 'db'>, hash: string): { id: number; name: string }[] {
  return prepared<{ id: number; name: string }>(
    store,
    `SELECT id, name FROM collected CROSS JOIN collections ON id = collection_id WHERE hash = ? ORDER BY name COLLATE NOCASE`,
  ).all(hash);
}

/** The one that was saved last comes first. */
export function listSavedSearches(store: Store): SavedSearch[] {
  return prepared<SavedSearch>(store, 'SELECT id, name, place FROM saved_searches ORDER BY made_at DESC, id DESC').all();
}

/** Ids of the pictures from outside of the library that saved searches search with. */
export function uploadsOfSavedSearches(store: Store): Set<string> {
  return new Set(listSavedSearches(store).flatMap(({ place }) => uploadOf(place) ?? []));
}

/** Throws bad-request where there is one of this name. */
export function saveSearch(store: Store, name: string, place: string, now: number): SavedSearch {
  refuseTaken(store, 'saved_searches', name);
  const { lastInsertRowid } = prepared(store, 'INSERT INTO saved_searches (name, place, made_at) VALUES (?, ?, ?)').run(name, place, now);
  return { id: Number(lastInsertRowid), name, place };
}

export function removeSavedSearch(store: Store, id: number): void {
  if (prepared(store, 'DELETE FROM saved_searches WHERE id = ?').run(id).changes === 0)
    throw new AppError('not-found', `There is no saved search ${id} any more.`);
}

function refuseTaken(store: Store, table: 'collections' | 'saved_searches', name: string, but = -1): void {
  if (prepared(store, `SELECT 1 FROM ${table} WHERE name = ? AND id <> ?`).get(name, but) === undefined) return;
  const what = table === 'collections' ? 'collection' : 'saved search';
  throw new AppError('bad-request', `There is a ${what} "${name}" already. Give it another name.`);
}

function noCollection(id: number): AppError {
  return new AppError('not-found', `There is no collection ${id} any more.`);
}

/** Items that are gone are left out. */
function hashesOf(store: Store, ids: readonly string[]): string[] {
  const files = ids.map((id) => Number(id.split('p', 1)[0]));
  return prepared<string>(
    store,
    `SELECT DISTINCT contents.hash FROM json_each(?) AS wanted CROSS JOIN files ON files.id = wanted.value
     CROSS JOIN contents ON contents.id = files.content_id`,
  )
    .pluck()
    .all(JSON.stringify(files)) as string[];
}
