/**
 * @file First schema of library.db, the truth: folders, files, contents, items, embeddings, queue state, words, settings.
 *
 * [Note: content and file] A file is a path; a content is what its bytes are (SHA-256). Everything that is computed hangs on the
 * content, so a file that was moved, renamed or copied is recognised and nothing is computed again. An item is what a
 * search can return: one file's picture, or one page of one file.
 */
import type { Database } from 'better-sqlite3';

export function up(db: Database): void {
  db.exec(`
    CREATE TABLE roots (
      id INTEGER PRIMARY KEY,
      path TEXT NOT NULL UNIQUE,
      include TEXT NOT NULL DEFAULT '[]',      -- JSON array of globs, relative to the root
      exclude TEXT NOT NULL DEFAULT '[]',
      online INTEGER NOT NULL DEFAULT 1,
      identity TEXT,                           -- device and inode when last seen: an empty mount point is not the emptied drive
      added_at INTEGER NOT NULL,               -- ms since epoch, everywhere
      changed_at INTEGER
    ) STRICT;

    CREATE TABLE contents (
      id INTEGER PRIMARY KEY,
      hash TEXT NOT NULL UNIQUE,               -- SHA-256, hex
      bytes INTEGER NOT NULL,
      type TEXT NOT NULL,
      width INTEGER NOT NULL,                  -- upright
      height INTEGER NOT NULL,
      colour TEXT NOT NULL,
      dhash TEXT NOT NULL,
      frames INTEGER NOT NULL DEFAULT 1,
      taken_at TEXT,                           -- camera's local time, YYYY-MM-DDTHH:mm:ss
      camera TEXT,
      lens TEXT,
      exposure TEXT,
      latitude REAL,
      longitude REAL,
      rating INTEGER,
      people INTEGER,
      unused_since INTEGER                     -- when the last file with this content went away; null while there is one
    ) STRICT;
    CREATE INDEX contents_by_bytes ON contents(bytes);
    CREATE INDEX contents_unused ON contents(unused_since) WHERE unused_since IS NOT NULL;

    CREATE TABLE files (
      id INTEGER PRIMARY KEY,
      root_id INTEGER NOT NULL REFERENCES roots(id) ON DELETE CASCADE,
      path TEXT NOT NULL UNIQUE,               -- absolute, as the file system spells it
      is_folder INTEGER NOT NULL DEFAULT 0,    -- 1 = a folder that cannot be opened, always 'failed': what is below it is kept
      bytes INTEGER NOT NULL,
      mtime INTEGER NOT NULL,                  -- ms
      inode INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'ready', 'failed')),
      content_id INTEGER REFERENCES contents(id),
      attempts INTEGER NOT NULL DEFAULT 0,
      error_code TEXT,
      error_message TEXT,
      changed_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX files_by_state ON files(state, id);
    CREATE INDEX files_by_root ON files(root_id, state, is_folder);
    CREATE INDEX files_by_content ON files(content_id);

    -- The parts of a content that have vectors of their own: one for a picture (page 0), one for each page of a document.
    CREATE TABLE parts (
      id INTEGER PRIMARY KEY,
      content_id INTEGER NOT NULL REFERENCES contents(id) ON DELETE CASCADE,
      page INTEGER NOT NULL DEFAULT 0,
      UNIQUE (content_id, page)
    ) STRICT;

    CREATE TABLE spaces (
      id INTEGER PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,                -- Space.id
      dimension INTEGER NOT NULL,
      description TEXT NOT NULL                -- the whole Space as JSON
    ) STRICT;

    -- AUTOINCREMENT: ids are the keys of the vector index, a reused one would answer for a deleted vector.
    CREATE TABLE embeddings (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      part_id INTEGER NOT NULL REFERENCES parts(id) ON DELETE CASCADE,
      space_id INTEGER NOT NULL REFERENCES spaces(id),
      vector BLOB NOT NULL,                    -- float16, little-endian, dimension values
      pass TEXT NOT NULL DEFAULT 'fast' CHECK (pass IN ('fast', 'thorough')),
      words TEXT NOT NULL DEFAULT '[]',        -- JSON array of {text, probability}
      UNIQUE (space_id, part_id)
    ) STRICT;
    CREATE INDEX embeddings_by_part ON embeddings(part_id);
    CREATE INDEX embeddings_fast ON embeddings(space_id, id) WHERE pass = 'fast';

    -- Vectors of contents that no file has at the moment. They are in no index; when the content comes back under whatever
    -- path they return to embeddings under a new id, and nothing is embedded again.
    CREATE TABLE spare_embeddings (
      part_id INTEGER NOT NULL REFERENCES parts(id) ON DELETE CASCADE,
      space_id INTEGER NOT NULL REFERENCES spaces(id),
      vector BLOB NOT NULL,
      pass TEXT NOT NULL,
      words TEXT NOT NULL,
      PRIMARY KEY (part_id, space_id)
    ) STRICT;

    -- What is in index/<space>.db. Written in one transaction after a segment was built and checked. See docs/decisions/0004.
    CREATE TABLE segments (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      space_id INTEGER NOT NULL REFERENCES spaces(id),
      backend TEXT NOT NULL,
      name TEXT NOT NULL,
      first_key INTEGER NOT NULL,              -- every embedding of the space in [first_key, last_key] that existed then
      last_key INTEGER NOT NULL,
      rows INTEGER NOT NULL,
      checksum TEXT NOT NULL
    ) STRICT;
    CREATE TABLE tombstones (
      space_id INTEGER NOT NULL REFERENCES spaces(id),
      key INTEGER NOT NULL,                    -- was in a segment, is deleted
      PRIMARY KEY (space_id, key)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

    -- Names and folders of files (NFC), one row a file; the text of parts comes with the documents.
    CREATE VIRTUAL TABLE file_words USING fts5(name, folder, tokenize = "unicode61 remove_diacritics 2");
    CREATE VIRTUAL TABLE file_grams USING fts5(name, folder, tokenize = "trigram remove_diacritics 1");
  `);
}
