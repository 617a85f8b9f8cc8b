/** @file Brings library.db to the schema of this version: numbered files, each applied in one transaction with its number. */
import type { Database } from 'better-sqlite3';
import { AppError } from '../api/errors.ts';
import { up as up0001 } from './migrations/0001-library.ts';
import { up as up0002 } from './migrations/0002-keepsakes.ts';

export type Migration = (db: Database) => void;

const migrations: readonly Migration[] = [up0001, up0002];

export const schemaVersion = migrations.length;

export function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** `backUp` is called once, before an existing library is changed. */
export function migrate(db: Database, place: string, backUp: () => void, steps: readonly Migration[] = migrations): void {
  const version = versionOf(db);
  if (version > steps.length)
    throw new AppError(
      'library-newer',
      `The library ${place} was made by a newer Oneword (its schema is ${version}, this one knows ${steps.length}). Update Oneword, or choose another folder with --library.`,
    );
  if (version > 0 && version < steps.length) backUp();
  for (const [index, up] of steps.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      up(db);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}
