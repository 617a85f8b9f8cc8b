/** @file A library.db in a temporary directory with one space and rows of vectors, for the tests of the vector index. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { openStore, type Store } from '../../core/store/open.ts';

export type TestLibrary = {
  readonly store: Store;
  readonly db: Database;
  readonly directory: string;
  readonly spaceId: number;
  readonly dimension: number;
};

export function createLibrary(dimension: number): TestLibrary & { destroy(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'oneword-vectors-'));
  const library = openLibrary(directory, dimension);
  return {
    ...library,
    destroy: () => {
      library.store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Opens the library of a directory, and makes its space where there is none. */
export function openLibrary(directory: string, dimension: number): TestLibrary {
  const store = openStore(directory);
  store.db.prepare("INSERT OR IGNORE INTO spaces (id, key, dimension, description) VALUES (1, 'test@1', ?, '{}')").run(dimension);
  return { store, db: store.db, directory, spaceId: 1, dimension };
}

/** Adds a part (of a content of its own) that has no vector yet. */
export function addPart(db: Database): number {
  const { lastInsertRowid: contentId } = db
    .prepare(
      "INSERT INTO contents (hash, bytes, type, width, height, colour, dhash) VALUES (hex(randomblob(32)), 1, 'jpeg', 1, 1, '#000000', '0')",
    )
    .run();
  return Number(db.prepare('INSERT INTO parts (content_id) VALUES (?)').run(contentId).lastInsertRowid);
}

/** Adds rows of vectors, each to a part of its own, and returns their keys. */
export function addVectors({ store, db, spaceId, dimension }: TestLibrary, values: Float32Array): number[] {
  return db.transaction(() => {
    const keys: number[] = [];
    for (let at = 0; at < values.length; at += dimension) {
      const vector = values.subarray(at, at + dimension);
      keys.push(putEmbedding(store, { spaceId, partId: addPart(db), vector, pass: 'fast', words: [] }).key);
    }
    return keys;
  })();
}

export function partOf(db: Database, key: number): number {
  return db.prepare<[number], number>('SELECT part_id FROM embeddings WHERE id = ?').pluck().get(key) ?? 0;
}

export const silent = (): undefined => undefined;
