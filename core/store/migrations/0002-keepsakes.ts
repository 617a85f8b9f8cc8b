/**
 * @file What people keep: stars, collections, saved searches. Stars and collections hang on a content's hash and not on its row, so that they
 * outlive a drive that is away for months and a library that is indexed anew.
 */
import type { Database } from 'better-sqlite3';

export function up(db: Database): void {
  db.exec(`
    CREATE TABLE stars (
      hash TEXT PRIMARY KEY,                   -- contents.hash
      at INTEGER NOT NULL                      -- ms since epoch
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE collections (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      made_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE collected (
      collection_id INTEGER NOT NULL REFERENCES collections(id) ON DELETE CASCADE,
      hash TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (collection_id, hash)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX collected_by_hash ON collected(hash);

    CREATE TABLE saved_searches (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE COLLATE NOCASE,
      place TEXT NOT NULL,                     -- the page's own address of the search, without the host
      made_at INTEGER NOT NULL
    ) STRICT;
  `);
}
