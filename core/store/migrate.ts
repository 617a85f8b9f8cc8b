/** @file Brings library.db to the schema of this version: numbered files, each applied in one transaction with its number. */
import type { Database } from 'better-sqlite3';
import { AppError } from '../api/errors.ts';
import { up as up0001 } from './migrations/0001-library.ts';

const migrations: readonly ((db: Database) => void)[] = [up0001];

export const schemaVersion = migrations.length;

export function versionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** `backUp` is called once, before an existing library is changed. */
export function migrate(db: Database, place: string, backUp: () => void): void {
  const version = versionOf(db);
  if (version > schemaVersion)
    throw new AppError(
      'library-newer',
      `The library ${place} was made by a newer Oneword (its schema is ${version}, this one knows ${schemaVersion}). Update Oneword, or choose another folder with --library.`,
    );
  if (version > 0 && version < schemaVersion) backUp();
  for (const [index, up] of migrations.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      up(db);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}
