/** @file Opening a library: one owner, its schema, damage and backups. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../core/api/errors.ts';
import { backUp, backUpIfDue, listBackups, restoreBackup } from '../../core/store/backup.ts';
import { asStoreError, storeErrors } from '../../core/store/failure.ts';
import { findDamage } from '../../core/store/integrity.ts';
import { type Migration, migrate, schemaVersion } from '../../core/store/migrate.ts';
import { openStore } from '../../core/store/open.ts';
import { readSettings, writeSettings, writeValue } from '../../core/store/settings.ts';

const fixture = fileURLToPath(new URL('../fixtures/store/library-1.db', import.meta.url));

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oneword-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The error that opening it fails with. */
function refusal(directory: string): AppError {
  try {
    openStore(directory).close();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the library opened');
}

async function hold(directory: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./holder-child.ts', import.meta.url)), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout ?? child, 'data');
  return child;
}

describe('openStore', () => {
  it('makes a library that survives a power cut and checks its references', () => {
    const store = openStore(join(temporary(), 'new', 'library'));
    const pragma = (name: string) => store.db.pragma(name, { simple: true });
    expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys'), pragma('user_version')]).toEqual([
      'wal',
      2,
      1,
      schemaVersion,
    ]);
    store.close();
  });

  it('refuses a second process, names the first, and opens once that was killed', async () => {
    const directory = temporary();
    const child = await hold(directory);
    const error = refusal(directory);
    expect(error.code).toBe('library-busy');
    expect(error.message).toContain(`process ${child.pid} since 20`);
    expect(error.message).toContain(directory);
    child.kill('SIGKILL');
    await once(child, 'exit');
    openStore(directory).close();
  });

  it('refuses a second opening in the same process, and opens again after the first was closed', () => {
    const directory = temporary();
    const store = openStore(directory);
    expect(refusal(directory)).toMatchObject({ code: 'library-busy' });
    store.close();
    openStore(directory).close();
  });

  it('opens a library of schema 1 with everything in it', () => {
    const directory = temporary();
    copyFileSync(fixture, join(directory, 'library.db'));
    const store = openStore(directory);
    expect(store.db.pragma('user_version', { simple: true })).toBe(schemaVersion);
    expect(findDamage(store.db, true)).toEqual([]);
    const files = store.db
      .prepare(
        'SELECT files.path, state, hash, length(vector) AS bytes FROM files LEFT JOIN contents ON contents.id = files.content_id LEFT JOIN parts ON parts.content_id = contents.id LEFT JOIN embeddings ON part_id = parts.id ORDER BY path',
      )
      .all();
    expect(files).toMatchObject([
      { path: '/pictures/beach.png', state: 'ready', bytes: 96 },
      { path: '/pictures/broken.png', state: 'failed', hash: null },
      { path: '/pictures/copies/beach.png', state: 'ready', bytes: 96 },
    ]);
    expect(store.db.prepare(`SELECT count(*) FROM file_words WHERE file_words MATCH 'beach'`).pluck().get()).toBe(2);
    store.close();
  });

  it('leaves a library of a newer version alone', () => {
    const directory = temporary();
    copyFileSync(fixture, join(directory, 'library.db'));
    const db = new Database(join(directory, 'library.db'));
    db.pragma(`user_version = ${schemaVersion + 7}`);
    db.close();
    const error = refusal(directory);
    expect(error.code).toBe('library-newer');
    expect(error.message).toContain(`${schemaVersion + 7}`);
    const after = new Database(join(directory, 'library.db'), { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(schemaVersion + 7);
    expect(after.prepare('SELECT count(*) FROM files').pluck().get()).toBe(3);
    after.close();
  });

  it('says which folder it may not write to', () => {
    const folder = temporary();
    mkdirSync(join(folder, 'library.db'));
    expect(refusal(folder)).toMatchObject({ code: 'permission-denied' });
  });
});

describe('migrate', () => {
  it('backs up an older library before it is changed, and no new one', () => {
    const db = new Database(':memory:');
    const backups: unknown[] = [];
    const backUp = () => void backups.push(db.pragma('user_version', { simple: true }));
    migrate(db, 'here', backUp);
    expect([backups, db.pragma('user_version', { simple: true })]).toEqual([[], schemaVersion]);
    migrate(db, 'here', backUp, [
      ...Array<Migration>(schemaVersion).fill(() => undefined),
      (later) => later.exec('CREATE TABLE later (id)'),
    ]);
    expect([backups, db.pragma('user_version', { simple: true })]).toEqual([[schemaVersion], schemaVersion + 1]);
    db.close();
  });

  it('leaves the library as it was when a step fails', () => {
    const db = new Database(':memory:');
    const steps: Migration[] = [
      (one) => one.exec('CREATE TABLE one (id)'),
      (two) => {
        two.exec('CREATE TABLE two (id)');
        throw new Error('half way');
      },
    ];
    expect(() => migrate(db, 'here', () => undefined, steps)).toThrow('half way');
    expect(db.pragma('user_version', { simple: true })).toBe(1);
    expect(db.prepare(`SELECT name FROM sqlite_schema`).pluck().all()).toEqual(['one']);
    db.close();
  });
});

describe('a damaged library', () => {
  const damages: [string, (path: string) => void][] = [
    ['with a header of garbage', (path) => overwrite(path, 0, 100)],
    ['with garbage in the middle', (path) => overwrite(path, 8192, 16384)],
    ['that was cut short', (path) => truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)],
    [
      'that is some other file',
      (path) => {
        truncateSync(path, 0);
        overwrite(path, 0, 5000);
      },
    ],
  ];
  it.each(damages)('%s is told with its backup, which can be put back', async (_, damage) => {
    const directory = temporary();
    copyFileSync(fixture, join(directory, 'library.db'));
    const store = openStore(directory);
    const backup = await backUp(store);
    store.close();
    mkdirSync(join(directory, 'index'));
    damage(join(directory, 'library.db'));
    const damaged = readFileSync(join(directory, 'library.db'));

    const error = refusal(directory);
    expect(error.code).toBe('library-damaged');
    expect(error.message).toContain(backup.path);
    expect(error.message).toContain('--restore');
    expect(readFileSync(join(directory, 'library.db')).equals(damaged), 'nothing was changed').toBe(true);

    const restored = restoreBackup(directory);
    expect(restored.restored.path).toBe(backup.path);
    expect(readFileSync(restored.damaged).equals(damaged), 'the damaged file is kept').toBe(true);
    expect(existsSync(join(directory, 'index')), 'its index is dropped').toBe(false);
    const again = openStore(directory);
    expect(again.db.prepare('SELECT count(*) FROM files').pluck().get()).toBe(3);
    again.close();
  });

  it('without a backup says what to do', () => {
    const directory = temporary();
    overwrite(join(directory, 'library.db'), 0, 5000);
    expect(refusal(directory).message).toContain('There is no backup yet');
    expect(() => restoreBackup(directory)).toThrow('no sound backup');
  });

  it('goes back to the newest backup that is sound itself', async () => {
    const directory = temporary();
    copyFileSync(fixture, join(directory, 'library.db'));
    const store = openStore(directory);
    // The one that was made before the library was brought to this version is older than both.
    const older = await backUp(store, Date.now() + 1000);
    const newer = await backUp(store, Date.now() + 2000);
    store.close();
    overwrite(newer.path, 4096, 20_000);
    expect(restoreBackup(directory).restored.path).toBe(older.path);
  });

  it('is not restored while a process has it open', async () => {
    const directory = temporary();
    await hold(directory);
    expect(() => restoreBackup(directory)).toThrow('already open');
  });
});

describe('backups', () => {
  it('are made once a day and the last three are kept', async () => {
    const store = openStore(temporary());
    const day = 24 * 3600 * 1000;
    const start = Date.UTC(2026, 0, 1);
    expect(await backUpIfDue(store, start)).toBeDefined();
    expect(await backUpIfDue(store, start + day / 2)).toBeUndefined();
    for (let i = 1; i <= 4; i++) {
      writeValue(store, 'day', i);
      expect(await backUpIfDue(store, start + i * day)).toBeDefined();
    }
    expect(listBackups(store.directory).map((backup) => backup.madeAt.getTime())).toEqual([4, 3, 2].map((i) => start + i * day));
    expect(readdirSync(join(store.directory, 'backups')).length).toBe(3);
    store.close();
  });

  it('are whole while the library is being written to', async () => {
    const store = openStore(temporary());
    store.db.exec(`INSERT INTO settings VALUES ('big', json_quote(hex(zeroblob(2000000))))`);
    const backup = backUp(store);
    for (let i = 0; i < 50; i++) {
      writeValue(store, `key ${i}`, i);
      await new Promise(setImmediate);
    }
    const copy = new Database((await backup).path, { readonly: true });
    expect(findDamage(copy, true)).toEqual([]);
    copy.close();
    store.close();
  });

  it('do not take a damaged library for a good one', async () => {
    const directory = temporary();
    copyFileSync(fixture, join(directory, 'library.db'));
    const store = openStore(directory);
    const before = listBackups(directory);
    store.db.unsafeMode(true);
    store.db.pragma('writable_schema = ON');
    store.db.exec(`UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'contents'`);
    store.db.pragma('writable_schema = RESET');
    await expect(backUp(store)).rejects.toMatchObject({ code: 'library-damaged' });
    expect(listBackups(directory)).toEqual(before);
    store.close();
  });
});

describe('a full disk', () => {
  it('is an error of its own, after which everything committed is there and writing goes on when there is space', () => {
    const store = openStore(temporary());
    writeValue(store, 'kept', 1);
    const pages = Number(store.db.pragma('page_count', { simple: true }));
    store.db.pragma(`max_page_count = ${pages}`);
    const write = () => storeErrors(store.directory, () => store.db.transaction(() => writeValue(store, 'big', 'x'.repeat(100_000)))());
    expect(write).toThrow(expect.objectContaining({ code: 'disk-full' }));
    expect(store.db.inTransaction).toBe(false);
    expect(findDamage(store.db, true)).toEqual([]);
    store.db.pragma('max_page_count = 100000');
    write();
    expect(store.db.prepare('SELECT count(*) FROM settings').pluck().get()).toBe(2);
    store.close();
  });

  it('is told from errors that are none of the user', () => {
    const strange = new TypeError('a bug');
    expect(asStoreError('here', strange)).toBe(strange);
    expect(asStoreError('here', Object.assign(new Error('no space'), { code: 'ENOSPC' }))).toMatchObject({ code: 'disk-full' });
  });
});

describe('settings', () => {
  it('are kept, have defaults, and refuse nonsense', () => {
    const directory = temporary();
    const store = openStore(directory);
    expect(readSettings(store)).toEqual({ secondPass: true, thumbnailCacheMiB: 4096 });
    writeSettings(store, { secondPass: false });
    expect(() => writeSettings(store, { thumbnailCacheMiB: 1 })).toThrow();
    store.close();
    const again = openStore(directory);
    expect(readSettings(again)).toEqual({ secondPass: false, thumbnailCacheMiB: 4096 });
    again.close();
  });
});

function overwrite(path: string, from: number, length: number): void {
  const file = openSync(path, existsSync(path) ? 'r+' : 'w');
  writeSync(file, Buffer.alloc(length, 'garbage '), 0, length, from);
  closeSync(file);
}
