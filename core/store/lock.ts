/**
 * @file One process per library.
 *
 * [Note: the library's lock] The file `lock` is a tiny SQLite database in which the owner keeps a write transaction open. The operating
 * system drops that lock when the process dies, `kill -9` included, so there is nothing stale to clean up; and because a write
 * transaction lets others read, a second process can say who the owner is. Never open `lock` or an open `library.db` with
 * node:fs: closing any descriptor of a file drops all POSIX locks that the process has on it.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../api/errors.ts';
import { storeErrors } from './failure.ts';

export type LibraryLock = { release(): void };

/** What is locked by this process. Held here, since a handle that nobody refers to is closed by the garbage collector. */
const held = new Set<Database.Database>();

type Owner = { pid: number; since: number };

/** Throws AppError('library-busy') when another process, or this one, already has the library open. */
export function lockLibrary(directory: string): LibraryLock {
  return storeErrors(directory, () => {
    const db = new Database(join(directory, 'lock'), { timeout: 0 });
    try {
      db.pragma('journal_mode = DELETE');
      db.pragma('synchronous = OFF'); // who holds the lock matters only while the machine is up
      begin(db, directory);
      try {
        db.exec('CREATE TABLE IF NOT EXISTS owner (id INTEGER PRIMARY KEY CHECK (id = 1), pid INTEGER, since INTEGER)');
        db.prepare('INSERT OR REPLACE INTO owner VALUES (1, ?, ?)').run(process.pid, Date.now());
        db.exec('COMMIT');
      } catch (error) {
        // A full disk must not keep anybody from searching: the lock holds, only its owner's name is missing.
        if (db.inTransaction) db.exec('ROLLBACK');
        if (!(error instanceof Database.SqliteError) || error.code !== 'SQLITE_FULL') throw error;
      }
      begin(db, directory);
      held.add(db);
      return {
        release: () => {
          held.delete(db);
          db.close();
        },
      };
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function begin(db: Database.Database, directory: string): void {
  try {
    db.exec('BEGIN IMMEDIATE');
  } catch (error) {
    if (!(error instanceof Database.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
    const owner = readOwner(db);
    const who = owner ? `process ${owner.pid} since ${new Date(owner.since).toISOString()}` : 'another process';
    throw new AppError(
      'library-busy',
      `The library ${directory} is already open in ${who}. Close that Oneword, or use the address it serves, or choose another folder with --library.`,
      { cause: error },
    );
  }
}

function readOwner(db: Database.Database): Owner | undefined {
  try {
    return db.prepare<[], Owner>('SELECT pid, since FROM owner').get();
  } catch (error) {
    // Between the owner's two transactions the file may be locked for a moment, or have no table yet: then it stays unnamed.
    if (error instanceof Database.SqliteError) return undefined;
    throw error;
  }
}
