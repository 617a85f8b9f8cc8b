/**
 * @file Keeps the library in step with the watched folders, from a file on disk to a vector that can be found. Wires scans, queue, second
 * pass and housekeeping over one store; the methods are those of the contract.
 */
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../api/errors.ts';
import type { Failure, Folder, IndexRun, Job } from '../api/library.ts';
import { addRoot } from '../library/folders.ts';
import { createLibrary, type LibraryNotice } from '../library/library.ts';
import { createRules, type Rules } from '../library/rules.ts';
import { createThumbnails, type Thumbnails } from '../library/thumbnails.ts';
import type { Readers } from '../readers/reader.ts';
import { ensureSpace, queueUncovered } from '../store/contents.ts';
import { storeErrors } from '../store/failure.ts';
import {
  countByRoot,
  countFailed,
  countPending,
  countReady,
  type FileRow,
  filesOfRoot,
  foldersThatFailed,
  listFailures,
  retryFailed,
} from '../store/files.ts';
import type { Store } from '../store/open.ts';
import { deleteRoot, listRoots, type Root, rootById, setGlobs } from '../store/roots.ts';
import { readSettings, readValue, writeValue } from '../store/settings.ts';
import type { VectorIndex } from '../vectors/vector-index.ts';
import type { Embedder } from './embedder.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createProgress } from './progress.ts';
import { createQueue } from './queue.ts';
import { createRecords } from './records.ts';
import { createRunTotals } from './run-totals.ts';
import { createSecondPass } from './second-pass.ts';

/** `changed`: searches may answer differently. */
export type IndexerChange = 'status' | 'folders' | 'changed';

export type IndexerOptions = {
  readonly store: Store;
  readonly readers: Readers;
  readonly embedder: Embedder;
  readonly vectors: Pick<VectorIndex, 'add' | 'remove'>;
  readonly thumbnails?: Thumbnails;
  /** False for a single run: folders are scanned when asked, nothing is watched, and there is no second pass. */
  readonly watch?: boolean;
  /** Files read at the same time; one more than there are reader processes keeps all of them busy. */
  readonly reading?: number;
  readonly log?: (line: string) => void;
  readonly now?: () => number;
};

export type Globs = { readonly include: readonly string[]; readonly exclude: readonly string[] };

export type Indexer = {
  /** Takes up the work that an earlier process left and, unless `scan` is false, scans (and watches) all folders. Call it once. */
  start(options?: { scan?: boolean }): void;
  addFolder(input: { path: string } & Partial<Globs>): Promise<Folder>;
  updateFolder(input: { id: number } & Globs): Promise<Folder>;
  previewExclude(input: { id: number } & Globs): Promise<{ items: number; sample: string[] }>;
  removeFolder(input: { id: number }): Promise<{ removed: number }>;
  listFolders(): Folder[];
  rescan(input?: { id?: number | undefined }): void;
  pause(): void;
  resume(): void;
  readonly paused: boolean;
  failures(input?: { folderId?: number | undefined; after?: number; limit?: number }): { failures: Failure[]; total: number };
  retry(input?: { fileIds?: readonly number[] | undefined }): { retried: number };
  /** Resolves when every scan that was asked for has ended and the queue is empty. Rejects when something keeps it from getting there. */
  settled(): Promise<IndexRun>;
  jobs(): Job[];
  totals(): IndexRun;
  notices(): (LibraryNotice | { id: string; level: 'error'; text: string })[];
  /** Call it after settings were written. */
  settingsChanged(): void;
  /** Returns what ends it. Calls come as often as things change. */
  onChange(listener: (what: IndexerChange) => void): () => void;
  readonly thumbnails: Thumbnails;
  readonly spaceId: number;
  close(): Promise<void>;
};

const purgeBatch = 500;
/** How often it is asked whether there is time for housekeeping. */
const tidyMs = 5000;

export function createIndexer(options: IndexerOptions): Indexer {
  const { store, readers, embedder, vectors, watch = true, reading = 4, log = ignore, now = Date.now } = options;
  const spaceId = storeErrors(store.directory, () => ensureSpace(store, embedder.space));
  const thumbnails = options.thumbnails ?? createThumbnails({ store, readers, now });
  const totals = createRunTotals();
  const listeners = new Set<(what: IndexerChange) => void>();
  const indexing = createProgress(now);
  const refining = createProgress(now);
  /** Folders whose first scan of this process was counted. */
  const counted = new Set<number>();
  let paused = readValue(store, 'paused') === true;
  let closed = false;

  const emit = (what: IndexerChange) => {
    for (const listener of listeners) listener(what);
  };

  const library = createLibrary({
    store,
    watch,
    now,
    log,
    events: {
      pending: (ids, urgent) => queue.wake(urgent ? ids : undefined),
      gone: (rows) => inBatches(rows, records.remove),
      excluded: (rows) => inBatches(rows, records.forget),
      cleared: (rows) => inBatches(rows, records.forget),
      unchanged: (rootId, files) => {
        if (!counted.has(rootId)) totals.unchanged(files);
        counted.add(rootId);
      },
      changed: emit,
    },
  });

  const records = createRecords({
    store,
    spaceId,
    vectors,
    totals,
    now,
    isReachable: library.isReachable,
    onForgotten: (hash) => {
      thumbnails.forget(hash).catch((error: unknown) => log(`the thumbnails of ${hash} could not be deleted: ${String(error)}`));
    },
  });

  const queue = createQueue({
    store,
    readers,
    embedder,
    records,
    thumbnails,
    isReachable: library.isReachable,
    reading,
    paused,
    now,
    log,
    onDone: (files) => {
      indexing.advance(files);
      emit('changed');
    },
    onTurn: () => {
      if (queue.isIdle) indexing.end();
      secondPass.wake();
      emit('status');
    },
  });

  const secondPass = createSecondPass({
    store,
    spaceId,
    readers,
    embedder,
    records,
    mayRun: () => watch && !paused && !closed && queue.isIdle && readSettings(store).secondPass,
    now,
    log,
    onDone: () => {
      refining.advance();
      emit('changed');
    },
    onEnd: () => {
      refining.end();
      emit('status');
    },
    onPending: () => queue.wake(),
  });

  const housekeeping = createHousekeeping({ store, records, thumbnails, now, log });

  function tidy(): void {
    if (!closed && queue.isIdle && library.isQuiet && countReady(store) > 0) void housekeeping.run();
  }

  const tidying = setInterval(tidy, tidyMs);
  tidying.unref();

  function inBatches(rows: readonly FileRow[], work: (rows: readonly FileRow[]) => unknown): void {
    for (let at = 0; at < rows.length; at += purgeBatch) work(rows.slice(at, at + purgeBatch));
    if (rows.length > 0) emit('changed');
  }

  function requireRoot(id: number): Root {
    const root = rootById(store, id);
    if (!root) throw new AppError('not-found', `There is no watched folder with the number ${id}.`);
    return root;
  }

  function folderOf(id: number): Folder {
    const folder = listFolders().find((one) => one.id === id);
    if (!folder) throw new AppError('not-found', `There is no watched folder with the number ${id}.`);
    return folder;
  }

  function listFolders(): Folder[] {
    const counts = countByRoot(store);
    const scanning = new Set(library.scanning().map((one) => one.rootId));
    return listRoots(store).map((root) => {
      const count = counts.get(root.id) ?? { files: 0, ready: 0, pending: 0, failed: 0 };
      return {
        id: root.id,
        path: root.path,
        include: [...root.include],
        exclude: [...root.exclude],
        state: !root.online ? 'offline' : scanning.has(root.id) ? 'scanning' : 'watching',
        files: count.files,
        items: count.ready,
        pending: count.pending,
        failed: count.failed,
        changedAt: root.changedAt === null ? null : new Date(root.changedAt).toISOString(),
      };
    });
  }

  /** Rows of a folder that these rules leave out, in portions, so that searches are answered meanwhile. */
  async function* leftOut(root: Root, rules: Rules): AsyncGenerator<FileRow[]> {
    for (let after = 0; ; ) {
      const rows = filesOfRoot(store, root.id, after, purgeBatch);
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
      const out = rows.filter((row) => !row.isFolder && !rules.takes(row.path));
      if (out.length > 0) yield out;
      await breathe();
    }
  }

  function jobs(): Job[] {
    const scans = library.scanning();
    const found = scans.reduce((sum, one) => sum + one.found, 0);
    const known = countByRoot(store);
    const expected = scans.reduce((sum, one) => sum + Math.max(one.found, known.get(one.rootId)?.files ?? 0), 0);
    const scan: Job[] =
      scans.length > 0 ? [{ name: 'scanning', done: found, total: expected, rate: 0, secondsLeft: null, paused: false }] : [];
    const main = queue.isIdle ? undefined : indexing.read('indexing', countPending(store), paused);
    const second = watch && readSettings(store).secondPass ? refining.read('second-pass', secondPass.remaining(), paused) : undefined;
    return [...scan, ...(main ? [main] : []), ...(second ? [second] : [])];
  }

  function readTotals(): IndexRun {
    return { ...totals.read(), failed: countFailed(store), items: countReady(store) };
  }

  function setPaused(value: boolean): void {
    storeErrors(store.directory, () => writeValue(store, 'paused', value));
    paused = value;
    queue.setPaused(value);
    secondPass.wake();
    emit('status');
  }

  return {
    start({ scan = true } = {}) {
      // Another engine than last time: what has no vector of its space is read again.
      if (readValue(store, 'space') !== embedder.space.id) {
        storeErrors(store.directory, () => {
          queueUncovered(store, spaceId);
          writeValue(store, 'space', embedder.space.id);
        });
      }
      if (scan) library.start();
      queue.wake();
    },

    async addFolder({ path, include = [], exclude = [] }) {
      const { root, absorbed } = await addRoot(store, path, include, exclude, now());
      for (const part of absorbed) await library.detach(part.id);
      if (!library.isAttached(root.id)) library.attach(root.id);
      void library.scanFolder(root.id);
      emit('folders');
      return folderOf(root.id);
    },

    async updateFolder({ id, include, exclude }) {
      const root = requireRoot(id);
      const rules = createRules(root.path, include, exclude);
      await library.detach(id);
      storeErrors(store.directory, () => setGlobs(store, id, include, exclude));
      for await (const rows of leftOut(root, rules)) inBatches(rows, records.forget);
      library.attach(id);
      void library.scanFolder(id);
      emit('folders');
      return folderOf(id);
    },

    async previewExclude({ id, include, exclude }) {
      const root = requireRoot(id);
      let items = 0;
      const sample: string[] = [];
      for await (const rows of leftOut(root, createRules(root.path, include, exclude))) {
        for (const row of rows) {
          if (row.contentId === null) continue;
          items += 1;
          if (sample.length < 20) sample.push(row.path);
        }
      }
      return { items, sample };
    },

    async removeFolder({ id }) {
      requireRoot(id);
      await library.detach(id);
      let removed = 0;
      for (let rows = filesOfRoot(store, id, 0, purgeBatch); rows.length > 0; rows = filesOfRoot(store, id, 0, purgeBatch)) {
        removed += records.forget(rows);
        await breathe();
      }
      storeErrors(store.directory, () => deleteRoot(store, id));
      emit('folders');
      emit('changed');
      return { removed };
    },

    listFolders,

    rescan({ id } = {}) {
      const ids = id === undefined ? listRoots(store).map((root) => root.id) : [requireRoot(id).id];
      for (const one of ids) void library.scanFolder(one);
    },

    pause: () => setPaused(true),
    resume: () => setPaused(false),
    get paused() {
      return paused;
    },

    failures: ({ folderId, after = 0, limit = 100 } = {}) => listFailures(store, folderId, after, limit),

    retry({ fileIds } = {}) {
      const roots = foldersThatFailed(store, fileIds);
      const retried = storeErrors(store.directory, () => retryFailed(store, fileIds));
      for (const root of new Set(roots)) void library.scanFolder(root);
      queue.wake();
      emit('status');
      return { retried: retried + roots.length };
    },

    async settled() {
      while (!closed) {
        await library.quiet();
        if (queue.isIdle && library.isQuiet) {
          tidy(); // a single run ends after this
          return readTotals();
        }
        if (queue.troubleLasts && queue.trouble) throw queue.trouble;
        await sleep(20);
      }
      throw new AppError('cancelled', 'The library was closed before it had settled.');
    },

    jobs,
    totals: readTotals,
    notices() {
      const { trouble } = queue;
      return [
        ...library.notices(),
        ...(trouble ? [{ id: 'indexing', level: 'error' as const, text: `Indexing waits: ${trouble.message}` }] : []),
      ];
    },
    settingsChanged() {
      secondPass.wake();
      thumbnails.trim().catch((error: unknown) => log(`the thumbnails could not be trimmed: ${String(error)}`));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    thumbnails,
    spaceId,

    async close() {
      closed = true;
      clearInterval(tidying);
      await library.close();
      await Promise.all([queue.close(), secondPass.close()]);
      await housekeeping.finish();
      listeners.clear();
    },
  };
}

function ignore(): void {
  // without a log nobody listens
}
