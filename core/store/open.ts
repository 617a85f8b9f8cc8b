/**
 * @file Opens library.db, the truth of a library: one owner, write-ahead log, every commit on disk (synchronous=FULL), schema up to date.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { hasCode } from '../api/errors.ts';
import { backUpNow, damagedError } from './backup.ts';
import { storeErrors } from './failure.ts';
import { findDamage } from './integrity.ts';
import { lockLibrary } from './lock.ts';
import { migrate } from './migrate.ts';

export type Store = {
  readonly db: Database.Database;
  /** Where library.db, index/, thumbs/ and backups/ lie. */
  readonly directory: string;
  close(): void;
};

/** Creates the library when there is none. Throws AppError: library-busy, library-newer, library-damaged, disk-full, permission-denied. */
export function openStore(directory: string): Store {
  storeErrors(directory, () => prepare(directory));
  const lock = lockLibrary(directory);
  let db: Database.Database | undefined;
  try {
    const opened = openDatabase(directory);
    db = opened;
    return {
      db: opened,
      directory,
      close: () => {
        opened.close();
        lock.release();
      },
    };
  } catch (error) {
    db?.close();
    lock.release();
    throw error;
  }
}

/** The `.nomedia` tells every program that looks for pictures, this one too, to leave our thumbnails alone. */
function prepare(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const sign = join(directory, '.nomedia');
  if (!existsSync(sign)) writeFileSync(sign, '');
}

function openDatabase(directory: string): Database.Database {
  let db: Database.Database | undefined;
  try {
    return storeErrors(directory, () => {
      const opened = new Database(join(directory, 'library.db'));
      db = opened;
      opened.pragma('journal_mode = WAL');
      opened.pragma('synchronous = FULL');
      opened.pragma('foreign_keys = ON');
      opened.pragma('cache_size = -65536'); // 64 MiB
      const damage = findDamage(opened, false)[0];
      if (damage !== undefined) throw damagedError(directory, damage);
      migrate(opened, directory, () => backUpNow({ db: opened, directory }));
      return opened;
    });
  } catch (error) {
    db?.close();
    if (hasCode(error, 'library-damaged')) throw restorable(directory, error);
    throw error;
  }
}

/** The message of a damaged library always says which backup there is. */
function restorable(directory: string, error: unknown): unknown {
  if (!(error instanceof Error) || error.cause === undefined) return error;
  return damagedError(directory, error.cause instanceof Error ? error.cause.message : String(error.cause), error.cause);
}
