/** @file What files contain, keyed by the hash of their bytes: tables `contents`, `parts` and `spaces`. See [Note: content and file]. */
import type { Space } from '../indexing/embedder.ts';
import type { PictureFacts } from '../readers/reader.ts';
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

/** The number of a vector space, where this library has had vectors of it. */
export function findSpace(store: Store, key: string): number | undefined {
  return prepared<{ id: number }>(store, 'SELECT id FROM spaces WHERE key = ?').get(key)?.id;
}

export function countSpaces(store: Store): number {
  return prepared<{ n: number }>(store, 'SELECT count(*) AS n FROM spaces').get()?.n ?? 0;
}

/** The number of a vector space in this library. */
export function ensureSpace(store: Store, space: Space): number {
  const known = findSpace(store, space.id);
  if (known !== undefined) return known;
  const done = prepared(store, 'INSERT INTO spaces (key, dimension, description) VALUES (?, ?, ?)').run(
    space.id,
    space.dimension,
    JSON.stringify(space),
  );
  return Number(done.lastInsertRowid);
}

export function contentByHash(store: Store, hash: string): number | undefined {
  return prepared<{ id: number }>(store, 'SELECT id FROM contents WHERE hash = ?').get(hash)?.id;
}

export function hashOf(store: Store, contentId: number): string | undefined {
  return prepared<{ hash: string }>(store, 'SELECT hash FROM contents WHERE id = ?').get(contentId)?.hash;
}

/** True where some content has exactly this many bytes: a file of another size is new for sure and need not be hashed first. */
export function hasContentOfSize(store: Store, bytes: number): boolean {
  return prepared(store, 'SELECT 1 FROM contents WHERE bytes = ? LIMIT 1').get(bytes) !== undefined;
}

/** Facts are taken from the last reading: a newer reader may know more about the same bytes. */
export function upsertContent(store: Store, hash: string, bytes: number, facts: PictureFacts): number {
  const row = prepared<{ id: number }>(
    store,
    `INSERT INTO contents (hash, bytes, type, width, height, colour, dhash, frames, taken_at, camera, lens, exposure, latitude, longitude, rating)
     VALUES (@hash, @bytes, @type, @width, @height, @colour, @dhash, @frames, @takenAt, @camera, @lens, @exposure, @latitude, @longitude, @rating)
     ON CONFLICT (hash) DO UPDATE SET type = excluded.type, width = excluded.width, height = excluded.height, colour = excluded.colour,
       dhash = excluded.dhash, frames = excluded.frames, taken_at = excluded.taken_at, camera = excluded.camera, lens = excluded.lens,
       exposure = excluded.exposure, latitude = excluded.latitude, longitude = excluded.longitude, rating = excluded.rating,
       unused_since = NULL
     RETURNING id`,
  ).get({
    hash,
    bytes,
    type: facts.type,
    width: facts.width,
    height: facts.height,
    colour: facts.colour,
    dhash: facts.dhash,
    frames: facts.frames,
    takenAt: facts.takenAt ?? null,
    camera: facts.camera ?? null,
    lens: facts.lens ?? null,
    exposure: facts.exposure ?? null,
    latitude: facts.latitude ?? null,
    longitude: facts.longitude ?? null,
    rating: facts.rating ?? null,
  });
  if (!row) throw new Error(`inserting the content ${hash} returned no row`);
  return row.id;
}

export function setPeople(store: Store, contentId: number, people: number): void {
  prepared(store, 'UPDATE contents SET people = ? WHERE id = ?').run(people, contentId);
}

export function ensurePart(store: Store, contentId: number, page = 0): number {
  const known = prepared<{ id: number }>(store, 'SELECT id FROM parts WHERE content_id = ? AND page = ?').get(contentId, page);
  if (known) return known.id;
  return Number(prepared(store, 'INSERT INTO parts (content_id, page) VALUES (?, ?)').run(contentId, page).lastInsertRowid);
}

export function hasPart(store: Store, contentId: number, partId: number): boolean {
  return prepared(store, 'SELECT 1 FROM parts WHERE id = ? AND content_id = ?').get(partId, contentId) !== undefined;
}

/** True where every part of the content has a vector of this space, be it live or spare. */
export function isEmbedded(store: Store, contentId: number, spaceId: number): boolean {
  const row = prepared<{ parts: number; covered: number }>(
    store,
    `SELECT count(*) AS parts, coalesce(sum(
       EXISTS (SELECT 1 FROM embeddings WHERE part_id = parts.id AND space_id = @spaceId)
       OR EXISTS (SELECT 1 FROM spare_embeddings WHERE part_id = parts.id AND space_id = @spaceId)), 0) AS covered
     FROM parts WHERE content_id = @contentId`,
  ).get({ spaceId, contentId });
  return row !== undefined && row.parts > 0 && row.parts === row.covered;
}

export function contentsUnusedSince(store: Store, before: number, limit: number): number[] {
  return prepared<{ id: number }>(store, 'SELECT id FROM contents WHERE unused_since <= ? LIMIT ?')
    .all(before, limit)
    .map((row) => row.id);
}

export type Glanced = {
  readonly key: number;
  readonly partId: number;
  readonly contentId: number;
  readonly path: string;
  readonly hash: string;
};

/** Vectors that the second pass has not seen, with a file to read; newest first, since those are looked for most. */
export function nextForSecondPass(store: Store, spaceId: number, belowKey: number, limit: number): Glanced[] {
  return prepared<Glanced>(
    store,
    `SELECT embeddings.id AS key, part_id AS partId, parts.content_id AS contentId, contents.hash,
       (SELECT files.path FROM files JOIN roots ON roots.id = root_id
        WHERE files.content_id = parts.content_id AND state = 'ready' AND roots.online = 1 LIMIT 1) AS path
     FROM embeddings JOIN parts ON parts.id = part_id JOIN contents ON contents.id = parts.content_id
     WHERE pass = 'fast' AND space_id = ? AND embeddings.id < ? AND path IS NOT NULL ORDER BY embeddings.id DESC LIMIT ?`,
  ).all(spaceId, belowKey, limit);
}

export function countForSecondPass(store: Store, spaceId: number): number {
  return prepared<{ n: number }>(store, `SELECT count(*) AS n FROM embeddings WHERE pass = 'fast' AND space_id = ?`).get(spaceId)?.n ?? 0;
}

export type Uncovered = { readonly partId: number; readonly contentId: number };

/** Pictures that files have and that have no vector of this space, newest first: those are looked for most. */
export function listUncovered(store: Store, spaceId: number): Uncovered[] {
  type Row = [partId: number, contentId: number, takenAt: string | null, mtime: number];
  const rows = prepared<Row>(
    store,
    `SELECT parts.id, parts.content_id, contents.taken_at, max(files.mtime)
     FROM files JOIN contents ON contents.id = files.content_id JOIN parts ON parts.content_id = contents.id
     WHERE parts.page = 0 AND NOT EXISTS (SELECT 1 FROM embeddings WHERE space_id = ? AND part_id = parts.id) GROUP BY parts.id`,
  )
    .raw()
    .all(spaceId);
  // SQLite takes ten times as long to turn a time into a local one.
  return rows
    .map(([partId, contentId, takenAt, mtime]) => ({ partId, contentId, at: takenAt === null ? mtime : Date.parse(takenAt) }))
    .sort((a, b) => b.at - a.at || b.partId - a.partId)
    .map(({ partId, contentId }) => ({ partId, contentId }));
}

/** Bytes to read for a content: of a file that is as it was indexed, in a folder that can be reached. */
export function sourceOf(store: Store, contentId: number): { readonly path: string; readonly hash: string } | undefined {
  return prepared<{ path: string; hash: string }>(
    store,
    `SELECT files.path, contents.hash FROM files JOIN roots ON roots.id = files.root_id JOIN contents ON contents.id = files.content_id
     WHERE files.content_id = ? AND files.state = 'ready' AND roots.online = 1 LIMIT 1`,
  ).get(contentId);
}

/** After another engine was chosen: files whose content has no vector of its space are read again. */
export function queueUncovered(store: Store, spaceId: number): number {
  return prepared(
    store,
    `UPDATE files SET state = 'pending' WHERE state = 'ready' AND NOT EXISTS (
       SELECT 1 FROM parts CROSS JOIN embeddings ON part_id = parts.id AND space_id = ? WHERE parts.content_id = files.content_id)`,
  ).run(spaceId).changes;
}

/** True for a content that was put aside because no file has it. */
export function isUnused(store: Store, contentId: number): boolean {
  return prepared(store, 'SELECT 1 FROM contents WHERE id = ? AND unused_since IS NOT NULL').get(contentId) !== undefined;
}
