/**
 * @file Keeps the library in step with the watched folders, from a file on disk to a vector that can be found. Wires scans, queue, second
 * pass and housekeeping over one store; the methods are those of the contract.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../api/errors.ts';
import type { Failure, IndexRun, Job, Notice } from '../api/library.ts';
import { createGate } from '../library/gate.ts';
import { createLibrary } from '../library/library.ts';
import { createThumbnails, type Thumbnails } from '../library/thumbnails.ts';
import type { Readers } from '../readers/reader.ts';
import { queueUncovered } from '../store/contents.ts';
import { storeErrors } from '../store/failure.ts';
import {
  countByRoot,
  countFailed,
  countPending,
  countReady,
  type FileRow,
  foldersThatFailed,
  listFailures,
  retryFailed,
} from '../store/files.ts';
import type { Store } from '../store/open.ts';
import { readSettings, readValue, writeValue } from '../store/settings.ts';
import { type CatchUp, createCatchUp } from './catch-up.ts';
import type { Engines, IndexedEngine } from './engines.ts';
import { createHousekeeping } from './housekeeping.ts';
import { createProgress } from './progress.ts';
import { createQueue } from './queue.ts';
import { createRecords } from './records.ts';
import { createRunTotals } from './run-totals.ts';
import { createSecondPass } from './second-pass.ts';
import { createWatchedFolders, type WatchedFolders } from './watched-folders.ts';

/** `changed`: searches may answer differently. */
export type IndexerChange = 'status' | 'folders' | 'changed';

export type IndexerOptions = {
  readonly store: Store;
  readonly readers: Readers;
  readonly engines: Engines<IndexedEngine>;
  readonly thumbnails?: Thumbnails;
  /** False for a single run: folders are scanned when asked, nothing is watched, and there is no second pass. */
  readonly watch?: boolean;
  /** Files read at the same time; one more than there are reader processes keeps all of them busy. */
  readonly reading?: number;
  readonly log?: (line: string) => void;
  readonly now?: () => number;
  /** The engine beside the serving one covers the library, maybe not for the first time. */
  readonly onCovered?: () => void;
};

export type Indexer = WatchedFolders & {
  /** Takes up the work that an earlier process left and, unless `scan` is false, scans (and watches) all folders. Call it once. */
  start(options?: { scan?: boolean }): void;
  /** Call it whenever other engines are open than before; what is under way for those that are not any more is done again. */
  enginesChanged(): void;
  pause(): void;
  resume(): void;
  readonly paused: boolean;
  failures(input?: { folderId?: number | undefined; after?: number; limit?: number }): { failures: Failure[]; total: number };
  retry(input?: { fileIds?: readonly number[] | undefined }): { retried: number };
  /** Resolves when every scan that was asked for has ended and the queue is empty. Rejects when something keeps it from getting there. */
  settled(): Promise<IndexRun>;
  jobs(): Job[];
  totals(): IndexRun;
  notices(): Notice[];
  /** Call it after settings were written. */
  settingsChanged(): void;
  /** Returns what ends it. Calls come as often as things change. */
  onChange(listener: (what: IndexerChange) => void): () => void;
  readonly thumbnails: Thumbnails;
  close(): Promise<void>;
};

const purgeBatch = 500;
/** How often it is asked whether there is time for housekeeping. */
const tidyMs = 5000;

export function createIndexer(options: IndexerOptions): Indexer {
  const { store, readers, engines, watch = true, reading = 4, log = ignore, now = Date.now, onCovered = ignore } = options;
  const thumbnails = options.thumbnails ?? createThumbnails({ store, readers, now });
  const totals = createRunTotals();
  const listeners = new Set<(what: IndexerChange) => void>();
  const scanning = createProgress(now);
  const indexing = createProgress(now);
  const refining = createProgress(now);
  const changing = createProgress(now);
  /** Folders whose first scan of this process was counted. */
  const counted = new Set<number>();
  let paused = readValue(store, 'paused') === true;
  const gate = createGate(!paused);
  let closed = false;
  let { serving } = engines;
  let catchUp: CatchUp | undefined;
  const ending = new Set<Promise<void>>();

  const emit = (what: IndexerChange) => {
    for (const listener of listeners) listener(what);
  };

  const library = createLibrary({
    store,
    watch,
    gate,
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
      scanned: scanning.advance,
      changed: (what) => {
        if (library.scanning().length === 0) scanning.end();
        emit(what);
      },
    },
  });

  const records = createRecords({
    store,
    engines,
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
    engines,
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
      catchUp?.wake();
      secondPass.wake();
      emit('status');
    },
  });

  const secondPass = createSecondPass({
    store,
    readers,
    engines,
    records,
    // What is refined for an engine that is about to leave is work for nothing.
    mayRun: () => watch && !paused && !closed && queue.isIdle && !isCatchingUp() && readSettings(store).secondPass,
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

  const folders = createWatchedFolders({ store, library, records, now, emit });

  /** The pictures of the library for the engine beside the serving one. New pictures go first, unless the serving engine is out of order. */
  function catchUpWith(engine: IndexedEngine): CatchUp {
    return createCatchUp({
      store,
      readers,
      engine,
      records,
      mayRun: () => !paused && !closed && (queue.isIdle || queue.trouble !== undefined),
      log,
      onDone: (pictures) => {
        changing.advance(pictures);
        emit('changed');
      },
      onCovered: () => {
        changing.end();
        onCovered();
        secondPass.wake();
        emit('status');
      },
    });
  }

  const isCatchingUp = (): boolean => catchUp !== undefined && !catchUp.trouble && catchUp.remaining() > catchUp.waiting;

  function follow(next: IndexedEngine | undefined): void {
    const former = catchUp;
    if (former) {
      const end = former.close().finally(() => ending.delete(end));
      ending.add(end);
    }
    changing.end();
    catchUp = next && catchUpWith(next);
    catchUp?.wake();
  }

  /** What the former engine knew and this one cannot take is a failure now; what the former one could not take is tried again. */
  function serveWith(engine: IndexedEngine): void {
    serving = engine;
    queue.changeEngine();
    const refusals = catchUp?.engine === engine ? catchUp.refusals : [];
    storeErrors(store.directory, () => {
      retryFailed(store, undefined);
      for (const { contentId, code, message } of refusals) records.refuse(contentId, code, message);
      writeValue(store, 'space', engine.embedder.space.id);
    });
    queue.wake();
    secondPass.wake();
  }

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

  function jobs(): Job[] {
    const scans = library.scanning();
    const known = countByRoot(store);
    const ahead = scans.reduce((sum, one) => sum + Math.max(0, (known.get(one.rootId)?.files ?? 0) - one.found), 0);
    const scan = scans.length > 0 ? [scanning.read('scanning', ahead, paused) ?? nothingScanned(paused)] : [];
    const main = queue.isIdle ? undefined : indexing.read('indexing', countPending(store), paused);
    const second = watch && readSettings(store).secondPass ? refining.read('second-pass', secondPass.remaining(), paused) : undefined;
    const change = catchUp && changing.read('changing-engine', catchUp.remaining(), paused);
    return [...scan, ...(main ? [main] : []), ...(change ? [change] : []), ...(second ? [second] : [])];
  }

  function readTotals(): IndexRun {
    return { ...totals.read(), failed: countFailed(store), items: countReady(store) };
  }

  function setPaused(value: boolean): void {
    storeErrors(store.directory, () => writeValue(store, 'paused', value));
    paused = value;
    gate.set(!value);
    queue.setPaused(value);
    catchUp?.wake();
    secondPass.wake();
    emit('status');
  }

  return {
    ...folders,

    start({ scan = true } = {}) {
      // Another engine than last time: what has no vector of its space is read again.
      const { embedder, spaceId } = engines.serving;
      if (readValue(store, 'space') !== embedder.space.id) {
        storeErrors(store.directory, () => {
          queueUncovered(store, spaceId);
          writeValue(store, 'space', embedder.space.id);
        });
      }
      if (scan) library.start();
      queue.wake();
    },

    enginesChanged() {
      if (engines.serving !== serving) serveWith(engines.serving);
      if (engines.next !== catchUp?.engine) follow(engines.next);
      else catchUp?.wake();
      emit('status');
      emit('changed');
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
      return [...library.notices(), ...(trouble ? [waitingFor(trouble)] : []), ...(catchUp ? noticesOf(catchUp) : [])];
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

    async close() {
      closed = true;
      clearInterval(tidying);
      await library.close();
      await Promise.all([queue.close(), secondPass.close(), catchUp?.close(), ...ending]);
      await housekeeping.finish();
      listeners.clear();
    },
  };
}

/** How many files a new folder holds is not known before they were seen. */
function nothingScanned(paused: boolean): Job {
  return { name: 'scanning', done: 0, total: 0, rate: 0, secondsLeft: null, paused };
}

function waitingFor({ message, code }: AppError): Notice {
  return { id: 'indexing', level: 'error', kind: 'indexing', about: '', code, count: 0, text: `Indexing waits: ${message}` };
}

function noticesOf({ engine, trouble, waiting }: CatchUp): Notice[] {
  const { model: about } = engine.embedder.space;
  const id = 'next-engine';
  if (trouble) {
    const text = `${about} does not get on with the library: ${trouble.message}`;
    return [{ id, level: 'error', kind: 'next-engine', about, code: trouble.code, count: 0, text }];
  }
  if (waiting === 0) return [];
  const pictures = waiting === 1 ? 'One picture waits' : `${waiting} pictures wait`;
  const text = `${pictures} for ${about} in folders that are offline. Connect their drive.`;
  return [{ id, level: 'info', kind: 'waiting', about, code: null, count: waiting, text }];
}

function ignore(): void {
  // without a log nobody listens
}
