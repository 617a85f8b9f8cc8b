/** @file Indexing that is killed, that may not read, and that runs out of disk: nothing that was indexed is lost. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { hasCode } from '../../core/api/errors.ts';
import { findDamage } from '../../core/store/integrity.ts';
import { openStore } from '../../core/store/open.ts';
import { startIndexing } from './child.ts';
import { closeReaders, contentsOf, numbered, openLibrary, temporaryFolder, until, writePictures } from './setup.ts';

afterAll(closeReaders);

const isRoot = process.getuid?.() === 0;
const nobody = 65534;

describe('kill -9', () => {
  it('at random moments ends with the library of an undisturbed run', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    await writePictures(pictures, numbered(150));
    writeFileSync(join(pictures, 'broken.png'), 'no picture');
    const undisturbed = startIndexing({ directory: join(folder, 'undisturbed'), folder: pictures });
    expect((await undisturbed.answer).totals).toMatchObject({ indexed: 150, failed: 1, items: 150 });

    const directory = join(folder, 'killed');
    const progress: number[] = [];
    for (let round = 0; round < 6; round++) {
      const child = startIndexing({ directory, folder: pictures, delayMs: 200 });
      const before = progress.at(-1) ?? 0;
      await until(() => readyIn(directory) > before || child.process.exitCode !== null, 'something more was indexed');
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
      child.process.kill('SIGKILL');
      await child.answer;
      const store = openStore(directory);
      expect(findDamage(store.db, true)).toEqual([]);
      progress.push(Number(store.db.prepare(`SELECT count(*) FROM files WHERE state = 'ready'`).pluck().get()));
      // Never half of a file: what is ready has everything, and nothing else has anything.
      const half = contentsOf(store).filter((row) => {
        const { state, hash, vector, name } = row as Record<string, unknown>;
        return state === 'ready' ? hash === null || vector === null || name === null : hash !== null || vector !== null || name !== null;
      });
      expect(half).toEqual([]);
      store.close();
    }
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(
      progress.some((count) => count < 150),
      'at least one kill hit the middle',
    ).toBe(true);

    const last = await startIndexing({ directory, folder: pictures }).answer;
    expect(last.totals).toMatchObject({ items: 150, failed: 1 });
    expect(read(directory)).toEqual(read(join(folder, 'undisturbed')));
    expect(thumbnailsOf(directory)).toEqual(thumbnailsOf(join(folder, 'undisturbed')));
  });

  it('in the second pass and amid renames does no harm either', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    const directory = join(folder, 'library');
    await writePictures(pictures, numbered(60));
    expect((await startIndexing({ directory, folder: pictures }).answer).totals).toMatchObject({ embedded: 60 });
    for (let round = 0; round < 4; round++) {
      for (const name of readdirSync(pictures).slice(0, 30)) renameSync(join(pictures, name), join(pictures, `${round}-${name}`));
      const child = startIndexing({ directory, thorough: true, delayMs: 10 });
      await new Promise((resolve) => setTimeout(resolve, 400 + Math.random() * 700));
      child.process.kill('SIGKILL');
      await child.answer;
    }
    const last = await startIndexing({ directory }).answer;
    expect(last.totals).toMatchObject({ embedded: 0, items: 60, failed: 0 });
    const store = openStore(directory);
    expect(findDamage(store.db, true)).toEqual([]);
    expect(store.db.prepare('SELECT count(*) FROM embeddings').pluck().get()).toBe(60);
    store.close();
  });
});

/** Another user can get at this checkout, so that root can run tests as one. */
const canBeNobody =
  !isRoot ||
  spawnSync(process.execPath, ['--eval', 'process.chdir(process.argv[1])', import.meta.dirname], { uid: nobody, stdio: 'ignore' })
    .status === 0;

describe.runIf(process.platform !== 'win32' && canBeNobody)('permissions', () => {
  it('reports what may not be read, and indexes the rest', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    const directory = join(folder, 'library');
    await writePictures(pictures, ['fine.png', 'closed.png', 'locked/inside.png', 'later/inside.png']);
    mkdirSync(directory);
    const all = [
      folder,
      pictures,
      directory,
      ...['locked', 'later', 'fine.png', 'closed.png', 'later/inside.png'].map((name) => join(pictures, name)),
    ];
    if (isRoot) for (const path of all) chownSync(path, nobody, nobody);
    const uid = isRoot ? nobody : undefined;

    expect((await startIndexing({ directory, folder: pictures }, { uid }).answer).totals).toMatchObject({ items: 4 });
    chmodSync(join(pictures, 'locked'), 0);
    chmodSync(join(pictures, 'later'), 0);
    chmodSync(join(pictures, 'closed.png'), 0);
    await writePictures(pictures, ['new.png'], 30);
    chmodSync(join(pictures, 'new.png'), 0);
    onTestFinished(() => {
      for (const name of ['locked', 'later']) chmodSync(join(pictures, name), 0o700);
    });
    const closed = await startIndexing({ directory, folder: pictures }, { uid }).answer;
    // What was indexed is kept: only what is new and closed is missing.
    expect(closed.totals).toMatchObject({ items: 4, removed: 0, failed: 3 });
    expect(closed.failures).toEqual(
      expect.arrayContaining([
        { path: join(pictures, 'locked'), code: 'permission-denied' },
        { path: join(pictures, 'later'), code: 'permission-denied' },
        { path: join(pictures, 'new.png'), code: 'permission-denied' },
      ]),
    );
    chmodSync(join(pictures, 'later'), 0o755);
    const open = await startIndexing({ directory, folder: pictures }, { uid }).answer;
    expect(open.failures?.map((one) => one.path)).not.toContain(join(pictures, 'later'));
  });
});

/** Lets the rest of its arguments run with room for this many watched folders. Needs user namespaces. */
const fewWatches = ['unshare', '-Ur', 'sh', '-c', 'echo 3 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh'];

describe.runIf(canRun([...fewWatches, 'true']))('too many folders for the system to watch', () => {
  it('are indexed all the same, and it is said that they are looked through instead', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    await writePictures(
      pictures,
      numbered(12).map((name, index) => `${index}/${name}`),
    );
    const { answer } = startIndexing({ directory: join(folder, 'library'), folder: pictures, watch: true }, { wrapper: fewWatches });
    const { totals, notices } = await answer;
    expect(totals).toMatchObject({ items: 12 });
    expect(notices?.join()).toContain('max_user_watches');
  });
});

describe('a full disk', () => {
  it('stops indexing with a clear reason, loses nothing, and goes on when there is space', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    await writePictures(pictures, numbered(80));
    const { indexer, store } = openLibrary(join(folder, 'library'));
    const pages = Number(store.db.pragma('page_count', { simple: true }));
    store.db.pragma(`max_page_count = ${pages + 6}`);
    await indexer.addFolder({ path: pictures });
    await until(() => indexer.notices().some((notice) => notice.text.includes('No space is left')), 'the full disk is told');
    expect(findDamage(store.db, true)).toEqual([]);
    store.db.pragma('max_page_count = 1000000');
    indexer.rescan();
    expect(await indexer.settled()).toMatchObject({ items: 80, failed: 0 });
  });

  it.runIf(canMount())('of a real file system leaves a library that opens and goes on', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    await writePictures(pictures, numbered(120));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
    onTestFinished(() => void execFileSync('umount', ['-l', disk]));
    const full = openLibrary(join(disk, 'library'));
    await full.indexer.addFolder({ path: pictures });
    await until(() => full.indexer.notices().some((notice) => /space|disk/i.test(notice.text)), 'the full disk is told');
    const before = full.indexer.totals().items;
    await full.close();
    const store = openStore(join(disk, 'library'));
    expect(findDamage(store.db, true)).toEqual([]);
    expect(store.db.prepare(`SELECT count(*) FROM files WHERE state = 'ready'`).pluck().get()).toBeGreaterThanOrEqual(before);
    store.close();
    execFileSync('mount', ['-o', 'remount,size=64m', disk]);
    const { indexer } = openLibrary(join(disk, 'library'));
    expect(await indexer.settled().catch((error: unknown) => hasCode(error, 'disk-full'))).toMatchObject({ items: 120, failed: 0 });
  });
});

function read(directory: string): unknown[] {
  const store = openStore(directory);
  try {
    return contentsOf(store);
  } finally {
    store.close();
  }
}

function thumbnailsOf(directory: string): string[] {
  return readdirSync(join(directory, 'thumbs'), { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('-320.webp'))
    .sort();
}

function canMount(): boolean {
  const probe = join(tmpdir(), `oneword-mount-${process.pid}`);
  mkdirSync(probe);
  try {
    return canRun(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', probe]) && canRun(['umount', probe]);
  } finally {
    rmSync(probe, { recursive: true });
  }
}

/** Files that are indexed so far, in a library that another process has open. */
function readyIn(directory: string): number {
  const file = join(directory, 'library.db');
  if (!existsSync(file)) return 0;
  const db = new Database(file, { readonly: true });
  try {
    const made = db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'files'`).get();
    return made ? Number(db.prepare(`SELECT count(*) FROM files WHERE state = 'ready'`).pluck().get()) : 0;
  } finally {
    db.close();
  }
}

function canRun([command = '', ...args]: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
