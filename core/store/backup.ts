/**
 * @file Copies of library.db: made daily and before a migration, the last three kept, one of them put back when the library is damaged.
 * A copy is written under another name and renamed when it is complete, so what has a backup's name is one.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { AppError } from '../api/errors.ts';
import { asStoreError, storeErrors } from './failure.ts';
import { findDamage } from './integrity.ts';
import { lockLibrary } from './lock.ts';

export const backupsKept = 3;
const dayMs = 24 * 60 * 60 * 1000;
const backupName = /^library-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})\.db$/;

export type Backup = { readonly path: string; readonly madeAt: Date };
type Opened = { readonly db: Database.Database; readonly directory: string };

/** Newest first. */
export function listBackups(directory: string): Backup[] {
  const folder = join(directory, 'backups');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const match = backupName.exec(name);
      if (!match) return [];
      const [, year, month, day, hour, minute, second, ms] = match;
      return [{ path: join(folder, name), madeAt: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`) }];
    })
    .sort((a, b) => b.madeAt.getTime() - a.madeAt.getTime());
}

/** Copies while the library stays in use. A library that fails its check is not copied: it would push out a good backup. */
export async function backUp(store: Opened, now = Date.now()): Promise<Backup> {
  try {
    const damage = findDamage(store.db, false);
    if (damage.length > 0) throw damagedError(store.directory, damage[0] ?? '');
    const { target, partial } = newBackup(store.directory, now);
    await store.db.backup(partial);
    return finish(store.directory, partial, target, now);
  } catch (error) {
    throw asStoreError(store.directory, error);
  }
}

/** The daily backup. Undefined when the newest one is younger than a day. */
export async function backUpIfDue(store: Opened, now = Date.now()): Promise<Backup | undefined> {
  const newest = listBackups(store.directory)[0];
  if (newest && now - newest.madeAt.getTime() < dayMs) return undefined;
  return backUp(store, now);
}

/** For the moment before a migration, when nobody else waits for the library. */
export function backUpNow(store: Opened): Backup {
  const now = Date.now();
  const { target, partial } = newBackup(store.directory, now);
  store.db.prepare('VACUUM INTO ?').run(partial);
  return finish(store.directory, partial, target, now);
}

/**
 * Puts the newest sound backup in the place of library.db. The damaged file stays beside it under another name. The vector
 * index is dropped, since it may hold keys that the older library will give out again; it is rebuilt from the library.
 */
export function restoreBackup(directory: string): { restored: Backup; damaged: string } {
  const lock = lockLibrary(directory);
  try {
    return storeErrors(directory, () => {
      const sound = listBackups(directory).find((backup) => isSound(backup.path));
      if (!sound) throw new AppError('not-found', `There is no sound backup in ${join(directory, 'backups')}.`);
      const library = join(directory, 'library.db');
      const incoming = `${library}.restoring`;
      copyFileSync(sound.path, incoming);
      const damaged = join(directory, `library-damaged-${stamp(Date.now())}.db`);
      // The write-ahead log goes with its file: played into the restored one it would damage that too.
      for (const suffix of ['-wal', '-shm', '']) if (existsSync(library + suffix)) renameSync(library + suffix, damaged + suffix);
      rmSync(join(directory, 'index'), { recursive: true, force: true });
      renameSync(incoming, library);
      return { restored: sound, damaged };
    });
  } finally {
    lock.release();
  }
}

export function damagedError(directory: string, detail: string, cause?: unknown): AppError {
  const newest = listBackups(directory)[0];
  const way = newest
    ? `The last backup is ${newest.path} of ${newest.madeAt.toISOString()}. Put it back with: oneword doctor --restore --library ${JSON.stringify(directory)} (the damaged file is kept beside it).`
    : 'There is no backup yet. Move library.db away and index your folders again; your pictures are untouched.';
  return new AppError('library-damaged', `The library ${join(directory, 'library.db')} is damaged (${detail}). ${way}`, { cause });
}

function isSound(path: string): boolean {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { readonly: true });
    return findDamage(db, true).length === 0;
  } catch (error) {
    if (error instanceof Database.SqliteError) return false;
    throw error;
  } finally {
    db?.close();
  }
}

function newBackup(directory: string, now: number): { target: string; partial: string } {
  const folder = join(directory, 'backups');
  mkdirSync(folder, { recursive: true });
  const target = join(folder, `library-${stamp(now)}.db`);
  const partial = `${target}.partial`;
  for (const name of readdirSync(folder)) if (name.endsWith('.partial')) rmSync(join(folder, name)); // left by a process that died
  return { target, partial };
}

function finish(directory: string, partial: string, target: string, now: number): Backup {
  renameSync(partial, target);
  for (const old of listBackups(directory).slice(backupsKept)) rmSync(old.path);
  return { path: target, madeAt: new Date(now) };
}

/** `20261123T145405123`: sorts by time and is a legal file name everywhere. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:.Z]/g, '');
}
