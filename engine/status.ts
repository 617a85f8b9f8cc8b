/** @file What there is and what is going on, put together for the status and the list of engines. */
import type { EngineInfo, Job, LibraryStatus } from '../core/api/library.ts';
import { countItems } from '../core/store/catalogue.ts';
import { countReady } from '../core/store/files.ts';
import { listRoots } from '../core/store/roots.ts';
import packageFile from '../package.json' with { type: 'json' };
import type { Parts } from './library-service.ts';

type Known = Omit<Parts, 'events' | 'searcher' | 'readers'>;

export function describeLibrary(parts: Known): LibraryStatus {
  const { store, indexer, vectors } = parts;
  const { items, failed } = indexer.totals();
  const { backend, note } = vectors.health();
  const [engine] = describeEngines(parts).filter(({ active }) => active);
  if (!engine) throw new Error(`the engine ${parts.model} is not in its own list`);
  return {
    version: packageFile.version,
    library: store.directory,
    items,
    pictures: items,
    pages: 0, // every content is a picture until there are readers of documents
    failed,
    offlineFolders: listRoots(store).filter(({ online }) => !online).length,
    paused: indexer.paused,
    jobs: [...indexer.jobs(), ...indexJob(parts)],
    engine,
    index: { backend, note },
    notices: noticesOf(parts),
  };
}

/** Vectors go from the tail in memory into segments: how far that is. */
function indexJob({ vectors }: Known): Job[] {
  const { building, live, tail } = vectors.health();
  return building ? [{ name: 'building-index', done: live - tail, total: live, rate: 0, secondsLeft: null, paused: false }] : [];
}

export function describeEngines({ store, spaceId, embedder, model }: Known): EngineInfo[] {
  const of = countReady(store);
  return embedder.description.models.map(({ limits, ...description }) => {
    const active = description.id === model;
    return {
      ...description,
      limits: limits.join(' '),
      active,
      provider: active && embedder.pid !== undefined && !embedder.trouble ? 'CPU' : null,
      secondsPerPicture: active ? embedder.secondsPerPicture : null,
      covered: active ? countItems(store, spaceId) : 0,
      of,
    };
  });
}

function noticesOf({ indexer, embedder, vectors }: Known): LibraryStatus['notices'] {
  const notices: LibraryStatus['notices'] = [...indexer.notices()];
  const { trouble } = embedder;
  if (trouble) {
    notices.push({ id: 'engine', level: 'error', text: `${trouble.message} Names, folders and dates can still be searched.` });
  }
  const { note } = vectors.health();
  if (note !== '') notices.push({ id: 'index', level: 'info', text: note });
  return notices;
}
