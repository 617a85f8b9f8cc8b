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
import { createIndexer, type Indexer } from '../core/indexing/indexer.ts';
import { createReaders } from '../core/readers/pool.ts';
import type { Readers } from '../core/readers/reader.ts';
import { createSearcher, type Searcher } from '../core/search/searcher.ts';
import { countByType } from '../core/store/catalogue.ts';
import { countSpaces } from '../core/store/contents.ts';
import { asStoreError } from '../core/store/failure.ts';
import {
  collect,
  listCollections,
  listSavedSearches,
  makeCollection,
  removeCollection,
  removeSavedSearch,
  renameCollection,
  saveSearch,
  setStars,
  uploadsOfSavedSearches,
} from '../core/store/keepsakes.ts';
import { openStore, type Store } from '../core/store/open.ts';
import { readSettings, writeSettings } from '../core/store/settings.ts';
import { browse } from './browse.ts';
import { isChosen, peekChoice, readChoice, writeChoice } from './choice.ts';
import { examine } from './doctor.ts';
import { type EmbedderProcess, openEmbedderProcess } from './embedder.ts';
import { createEngines, type EngineSet, type EnginesOptions } from './engines.ts';
import { createEvents, type Events } from './events.ts';
import { createInstalls, type Installs } from './installs.ts';
import { joinLibrary, knownEngine } from './open-engine.ts';
import { createPictureOpener } from './open-picture.ts';
import { createSpeeds, type Speeds } from './probe.ts';
import { removeOldQueryPictures } from './query-pictures.ts';
import { reveal } from './reveal.ts';
import { createShownFiles, type ShownFiles } from './shown-files.ts';
import { createShownUploads, type ShownUploads } from './shown-uploads.ts';
import { describeEngines, describeLibrary } from './status.ts';

export type ServiceOptions = {
  /** Of the library. Made when it is not there. */
  readonly directory: string;
  /**
   * `watch`: scans and watches all folders and works on what waits. `index`: does that for the folders it is told, until they are
   * done. `query`: answers questions only. A second engine comes up with `watch` alone: the others are over before it is ready.
   */
  readonly activity: 'watch' | 'index' | 'query';
  /** Engine for this time; absent = the one that was chosen for the library, else the built-in one. */
  readonly model?: string;
  /** Address of another entry for the engine's process. */
  readonly engine?: string;
};

export type LibraryService = {
  readonly router: Router<Contract, Record<never, never>>;
  readonly media: ShownFiles;
  readonly queryPicture: ShownUploads;
  close(): Promise<void>;
};

/** What a library consists of while it is open. */
export type Parts = {
  readonly store: Store;
  readonly readers: Readers;
  readonly engines: EngineSet;
  readonly indexer: Indexer;
  readonly searcher: Searcher;
  readonly installs: Installs;
  readonly speeds: Speeds;
  readonly events: Events;
};

const samples = path.resolve(import.meta.dirname, '../samples');

export async function openService(options: ServiceOptions): Promise<LibraryService> {
  const parts = await openParts(options);
  const { store, readers, indexer, engines, events } = parts;
  await removeOldQueryPictures(store.directory, uploadsOfSavedSearches(store)).catch((error: unknown) => {
    console.error(`old pictures to search with could not be cleared away: ${String(error)}`);
  });
  indexer.onChange(events.tell);
  if (options.activity !== 'query') {
    indexer.start({ scan: options.activity === 'watch' });
    void calibrate(parts);
  }
  if (options.activity === 'watch') engines.resume();
  return {
    router: routerOf(parts),
    media: createShownFiles(store, engines, indexer.thumbnails),
    queryPicture: createShownUploads(store, readers),
    close: () => closeParts(parts),
  };
}

async function openParts({ directory, activity, model, engine }: ServiceOptions): Promise<Parts> {
  const log = (line: string) => console.error(line);
  let store: Store | undefined;
  const common = { log, warm: activity !== 'index', ...(engine === undefined ? {} : { entry: new URL(engine) }) };
  const start = (id: string) => openEmbedderProcess({ ...common, model: id });
  const startServing = (id: string) => openEmbedderProcess({ ...common, model: id, known: () => store && knownEngine(store, id) });
  // The engine's process comes up while the database is checked.
  const expected = model ?? peekChoice(directory).serving;
  let starting = startServing(expected);
  starting.catch(() => undefined); // awaited below, after the store
  try {
    store = await openStoreSoon(directory);
    const chosen = model ?? readChoice(store).serving;
    if (chosen !== expected) {
      await ended(starting);
      starting = startServing(chosen);
    }
    const isNew = !isChosen(store) && countSpaces(store) === 0;
    const serving = await joinLibrary(store, chosen, starting, log);
    // The engine that a library is made with stays its own.
    if (isNew && model !== undefined) writeChoice(store, { serving: model, beside: false });
    return assemble({ store, serving, activity, start, log });
  } catch (error) {
    await ended(starting);
    store?.close();
    throw asStoreError(directory, error);
  }
}

type Assembly = Pick<EnginesOptions, 'store' | 'serving' | 'start' | 'log'> & Pick<ServiceOptions, 'activity'>;

function assemble({ store, serving, activity, start, log }: Assembly): Parts {
  const processes = Math.max(2, Math.min(8, availableParallelism() - 1));
  const readers = activity === 'query' ? readersOnDemand(log) : createReaders({ processes, log });
  const engines = createEngines({
    store,
    serving,
    start,
    log,
    onChange: () => {
      indexer.enginesChanged();
      void calibrate({ searcher });
    },
    leave: (engine) => searcher.leave(engine),
  });
  const indexer = createIndexer({
    store,
    readers,
    engines,
    watch: activity === 'watch',
    reading: processes + 1,
    log,
    onCovered: () => engines.covered(),
  });
  const searcher = createSearcher({ store, engines, openPicture: createPictureOpener({ store, engines, readers }), log });
  const installs = createInstalls({ store, engines, log, onChange: () => events.tell('status') });
  const parts = { store, readers, engines, indexer, searcher, installs, speeds: createSpeeds(store, log) };
  const events = createEvents(() => describeLibrary(parts));
  return { ...parts, events };
}

async function ended(starting: Promise<EmbedderProcess>): Promise<void> {
  await starting.then(
    (embedder) => embedder.close(),
    () => undefined,
  );
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

async function closeParts({ events, indexer, readers, engines, installs, speeds, store }: Parts): Promise<void> {
  events.close();
  await indexer.close();
  await Promise.all([readers.close(), engines.close(), installs.close(), speeds.close()]);
  store.close();
}

async function done(work: Promise<void>): Promise<Record<never, never>> {
  await work;
  return {};
}

function routerOf(parts: Parts): Router<Contract, Record<never, never>> {
  const { store, indexer, searcher, engines, installs, speeds, events } = parts;
  const os = implement(contract).use(async ({ next }) => {
    try {
      return await next();
    } catch (error) {
      throw asStoreError(store.directory, error);
    }
  });
  const kept = <T>(result: T): T => {
    events.tell('keepsakes');
    return result;
  };
  const signalOf = (signal: AbortSignal | undefined) => (signal ? { signal } : {});
  return os.router({
    status: os.status.handler(() => describeLibrary(parts)),
    events: os.events.handler(({ signal }) => events.listen(signal)),

    search: os.search.handler(({ input, signal }) => searcher.search(input, signalOf(signal))),
    outline: os.outline.handler(({ input, signal }) => searcher.outline(input, signalOf(signal))),
    pick: os.pick.handler(({ input }) => searcher.pick(input)),
    understand: os.understand.handler(({ input }) => searcher.understand(input.text)),
    countTypes: os.countTypes.handler(({ input }) => countByType(store, input.filters)),
    item: os.item.handler(({ input }) => searcher.item(input.id)),
    reveal: os.reveal.handler(({ input }) => done(reveal(store, input.id))),

    setStars: os.setStars.handler(({ input }) => kept({ changed: setStars(store, input.ids, input.starred, Date.now()) })),
    listCollections: os.listCollections.handler(() => listCollections(store)),
    makeCollection: os.makeCollection.handler(({ input }) => kept(makeCollection(store, input.name, Date.now()))),
    renameCollection: os.renameCollection.handler(({ input }) => {
      renameCollection(store, input.id, input.name);
      return kept({});
    }),
    removeCollection: os.removeCollection.handler(({ input }) => {
      removeCollection(store, input.id);
      return kept({});
    }),
    collect: os.collect.handler(({ input }) => kept({ changed: collect(store, input.id, input.ids, input.isIn, Date.now()) })),
    listSavedSearches: os.listSavedSearches.handler(() => listSavedSearches(store)),
    saveSearch: os.saveSearch.handler(({ input }) => kept(saveSearch(store, input.name, input.place, Date.now()))),
    removeSavedSearch: os.removeSavedSearch.handler(({ input }) => {
      removeSavedSearch(store, input.id);
      return kept({});
    }),

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
    installEngine: os.installEngine.handler(({ input }) => done(installs.install(input.id, input.consent))),
    stopInstall: os.stopInstall.handler(({ input }) => done(installs.stop(input.id))),
    importEngine: os.importEngine.handler(({ input }) => installs.importEngine(input.path)),
    removeEngine: os.removeEngine.handler(({ input }) => done(installs.remove(input.id))),
    useEngine: os.useEngine.handler(({ input }) => done(engines.use(input.id, input.beside))),
    probeEngine: os.probeEngine.handler(({ input }) => speeds.probe(input.id)),
    warm: os.warm.handler(() => {
      engines.warm();
      return {};
    }),
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
