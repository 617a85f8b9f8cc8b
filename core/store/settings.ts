/** @file Settings and small facts that outlive the process: one JSON value per key. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Settings, settings as settingsSchema } from '../api/library.ts';
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

export const defaultSettings: Settings = { secondPass: true, thumbnailCacheMiB: 4096 };

export function readSettings(store: Store): Settings {
  return settingsSchema.parse({ ...defaultSettings, ...(readValue(store, 'settings') as object | undefined) });
}

export function writeSettings(store: Store, changes: Partial<Settings>): Settings {
  const next = settingsSchema.parse({ ...readSettings(store), ...changes });
  writeValue(store, 'settings', next);
  return next;
}

/** The value is what an earlier process wrote: check it. */
export function readValue(store: Store, key: string): unknown {
  const row = prepared<{ value: string }>(store, 'SELECT value FROM settings WHERE key = ?').get(key);
  return row === undefined ? undefined : JSON.parse(row.value);
}

/** A value of a library that is not open, or open elsewhere. Undefined also where it cannot be read: opening the library will say why. */
export function peekValue(directory: string, key: string): unknown {
  const file = join(directory, 'library.db');
  if (!existsSync(file)) return undefined;
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true });
    const value = db.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck().get(key);
    return value === undefined ? undefined : JSON.parse(value);
  } catch {
    return undefined;
  } finally {
    db?.close();
  }
}

export function writeValue(store: Store, key: string, value: unknown): void {
  prepared(store, 'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(
    key,
    JSON.stringify(value),
  );
}

export function deleteValue(store: Store, key: string): void {
  prepared(store, 'DELETE FROM settings WHERE key = ?').run(key);
}
