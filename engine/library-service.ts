/**
 * @file The contract's implementation: wires store, readers, engine, index, indexer and search into the methods that hosts offer.
 * Runs in the library process; tests run it in their own.
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { implement, type Router } from '@orpc/server';
import { type Contract, contract } from '../core/api/contract.ts';
import { hasCode } from '../core/api/errors.ts';
import type { Space } from '../core/indexing/embedder.ts';
import { createIndexer, type Indexer } from '../core/indexing/indexer.ts';
import { createReaders } from '../core/readers/pool.ts';
import type { Readers } from '../core/readers/reader.ts';
import { createSearcher, type Searcher } from '../core/search/searcher.ts';
import { ensureSpace } from '../core/store/contents.ts';
import { asStoreError } from '../core/store/failure.ts';
import { openStore, type Store } from '../core/store/open.ts';
import { readSettings, readValue, writeSettings, writeValue } from '../core/store/settings.ts';
import { openVectorIndex } from '../core/vectors/open.ts';
import type { VectorIndex } from '../core/vectors/vector-index.ts';
import { defaultModel } from '../models/default-model.ts';
import { browse } from './browse.ts';
import { examine } from './doctor.ts';
import { type EmbedderProcess, openEmbedderProcess } from './embedder.ts';
import { createEvents, type Events } from './events.ts';
import { createPictureOpener } from './open-picture.ts';
import { type EngineDescription, engineDescription } from './serve-embedder.ts';
import { createShownFiles, type ShownFiles } from './shown-files.ts';
import { describeEngines, describeLibrary } from './status.ts';

export type ServiceOptions = {
  /** Of the library. Made when it is not there. */
  readonly directory: string;
  /**
   * `watch`: scans and watches all folders and works on what waits. `index`: does that for the folders it is told, until they are
   * done. `query`: answers questions only.
   */
  readonly activity: 'watch' | 'index' | 'query';
  /** Engine; absent = the built-in one. */
  readonly model?: string;
  /** Address of another entry for the engine's process. */
  readonly engine?: string;
};

export type LibraryService = {
  readonly router: Router<Contract, Record<never, never>>;
  readonly media: ShownFiles;
  close(): Promise<void>;
};

/** What a library consists of while it is open. */
export type Parts = {
  readonly store: Store;
  readonly readers: Readers;
  readonly embedder: EmbedderProcess;
  readonly vectors: VectorIndex;
  readonly indexer: Indexer;
  readonly searcher: Searcher;
  readonly events: Events;
  readonly model: string;
  readonly spaceId: number;
};

const samples = path.resolve(import.meta.dirname, '../samples');

export async function openService(options: ServiceOptions): Promise<LibraryService> {
  const parts = await openParts(options);
  const { store, indexer, events } = parts;
  indexer.onChange(events.tell);
  if (options.activity !== 'query') {
    indexer.start({ scan: options.activity === 'watch' });
    void calibrate(parts);
  }
  return {
    router: routerOf(parts),
    media: createShownFiles(store, parts.spaceId, indexer.thumbnails),
    close: () => closeParts(parts),
  };
}

async function openParts({ directory, activity, model = defaultModel, engine }: ServiceOptions): Promise<Parts> {
  const log = (line: string) => console.error(line);
  let store: Store | undefined;
  // The engine's process comes up while the database is checked.
  const entry = engine === undefined ? {} : { entry: new URL(engine) };
  const warm = activity !== 'index';
  const starting = openEmbedderProcess({ model, log, known: () => store && knownEngine(store, model), warm, ...entry });
  starting.catch(() => undefined); // awaited below, after the store
  try {
    store = await openStoreSoon(directory);
    // An index of many pictures takes a second to open, while the engine comes up: it is that of the engine as it was last time. An
    // engine that turns out to be another one gets its own.
    const expected = knownEngine(store, model)?.space;
    const early = expected && openIndexOf(store, expected, log);
    const embedder = await starting.catch((error: unknown) => {
      early?.vectors.close();
      throw error;
    });
    if (embedder.trouble === undefined) writeValue(store, engineKey(model), embedder.description);
    const processes = Math.max(2, Math.min(8, availableParallelism() - 1));
    const readers = activity === 'query' ? readersOnDemand(log) : createReaders({ processes, log });
    const isExpected = early !== undefined && expected?.id === embedder.space.id;
    if (!isExpected) early?.vectors.close();
    const { spaceId, vectors } = isExpected ? early : openIndexOf(store, embedder.space, log);
    const indexer = createIndexer({ store, readers, embedder, vectors, watch: activity === 'watch', reading: processes + 1, log });
    const openPicture = createPictureOpener({ store, spaceId, readers });
    const searcher = createSearcher({ store, spaceId, vectors: () => vectors, embedder: () => embedder, openPicture });
    const parts = { store, readers, embedder, vectors, indexer, searcher, model, spaceId };
    return { ...parts, events: createEvents(() => describeLibrary(parts)) };
  } catch (error) {
    await starting.then(
      (embedder) => embedder.close(),
      () => undefined,
    );
    store?.close();
    throw asStoreError(directory, error);
  }
}

function openIndexOf(store: Store, space: Space, log: (line: string) => void): { spaceId: number; vectors: VectorIndex } {
  const spaceId = ensureSpace(store, space);
  return { spaceId, vectors: openVectorIndex({ store, spaceId, dimension: space.dimension, log }) };
}

/** Most questions are words: no process is started for pictures that nobody gives. */
function readersOnDemand(log: (line: string) => void): Readers {
  let readers: Readers | undefined;
  const get = (): Readers => {
    readers ??= createReaders({ processes: 1, log });
    return readers;
  };
  return {
    hash: (...args) => get().hash(...args),
    read: (...args) => get().read(...args),
    preview: (...args) => get().preview(...args),
    close: async () => readers?.close(),
  };
}

/** The cut line is exact once the engine has seen some ordinary words; without an engine it stays a guess. */
async function calibrate({ searcher }: Pick<Parts, 'searcher'>): Promise<void> {
  await searcher.calibrated().catch((error: unknown) => console.error(`the cut line is not calibrated: ${String(error)}`));
}

const busyMs = 3000;

/** The process of a host that was killed a moment ago may still be on its way out. */
async function openStoreSoon(directory: string): Promise<Store> {
  for (const end = performance.now() + busyMs; ; ) {
    try {
      return openStore(directory);
    } catch (error) {
      if (!hasCode(error, 'library-busy') || performance.now() > end) throw error;
      await sleep(100);
    }
  }
}

async function closeParts({ events, indexer, vectors, readers, embedder, store }: Parts): Promise<void> {
  events.close();
  await indexer.close();
  await Promise.all([readers.close(), embedder.close()]);
  vectors.close();
  store.close();
}

const engineKey = (model: string): string => `engine:${model}`;

function knownEngine(store: Store, model: string): EngineDescription | undefined {
  return engineDescription.safeParse(readValue(store, engineKey(model))).data;
}

function routerOf(parts: Parts): Router<Contract, Record<never, never>> {
  const { store, indexer, searcher, events } = parts;
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw asStoreError(store.directory, error);
    }
  });
  const signalOf = (signal: AbortSignal | undefined) => (signal ? { signal } : {});
  return os.router({
    status: os.status.handler(() => describeLibrary(parts)),
    events: os.events.handler(({ signal }) => events.listen(signal)),

    search: os.search.handler(({ input, signal }) => searcher.search(input, signalOf(signal))),
    understand: os.understand.handler(({ input }) => searcher.understand(input.text)),
    item: os.item.handler(({ input }) => searcher.item(input.id)),

    listFolders: os.listFolders.handler(() => indexer.listFolders()),
    addFolder: os.addFolder.handler(({ input }) => indexer.addFolder(input)),
    updateFolder: os.updateFolder.handler(({ input }) => indexer.updateFolder(input)),
    previewExclude: os.previewExclude.handler(({ input }) => indexer.previewExclude(input)),
    removeFolder: os.removeFolder.handler(({ input }) => indexer.removeFolder(input)),
    rescan: os.rescan.handler(({ input }) => {
      indexer.rescan(input);
      return {};
    }),
    addSamples: os.addSamples.handler(() => indexer.addFolder({ path: samples })),
    browse: os.browse.handler(({ input }) => browse(input.path)),

    pause: os.pause.handler(() => {
      indexer.pause();
      return {};
    }),
    resume: os.resume.handler(() => {
      indexer.resume();
      return {};
    }),
    failures: os.failures.handler(({ input }) => indexer.failures(input)),
    retry: os.retry.handler(({ input }) => indexer.retry(input)),
    totals: os.totals.handler(() => indexer.totals()),
    settled: os.settled.handler(async () => {
      const run = await indexer.settled();
      await calibrate(parts);
      return run;
    }),

    listEngines: os.listEngines.handler(() => describeEngines(parts)),
    getSettings: os.getSettings.handler(() => readSettings(store)),
    setSettings: os.setSettings.handler(({ input }) => {
      const { secondPass, thumbnailCacheMiB } = readSettings(store);
      const { secondPass: second = secondPass, thumbnailCacheMiB: cap = thumbnailCacheMiB } = input;
      const settings = writeSettings(store, { secondPass: second, thumbnailCacheMiB: cap });
      indexer.settingsChanged();
      return settings;
    }),
    doctor: os.doctor.handler(() => examine(parts)),
  });
}
