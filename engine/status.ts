/** @file What there is and what is going on, put together for the status and the list of engines. */
import type { EngineInfo, Job, LibraryStatus } from '../core/api/library.ts';
import { countItems } from '../core/store/catalogue.ts';
import { findSpace } from '../core/store/contents.ts';
import { countReady } from '../core/store/files.ts';
import { listRoots } from '../core/store/roots.ts';
import { catalogueEntry } from '../models/hub/catalogue.ts';
import packageFile from '../package.json' with { type: 'json' };
import type { Parts } from './library-service.ts';
import { knownEngine, type ServedEngine } from './open-engine.ts';
import type { EngineDescription } from './serve-embedder.ts';

type Known = Pick<Parts, 'store' | 'indexer' | 'engines' | 'installs' | 'speeds'>;
type Model = EngineDescription['models'][number];

export function describeLibrary(parts: Known): LibraryStatus {
  const { store, indexer, engines, installs } = parts;
  const { items, failed } = indexer.totals();
  const { backend, note } = engines.serving.vectors.health();
  return {
    version: packageFile.version,
    library: store.directory,
    items,
    pictures: items,
    pages: 0, // every content is a picture until there are readers of documents
    failed,
    offlineFolders: listRoots(store).filter(({ online }) => !online).length,
    paused: indexer.paused,
    jobs: [...indexer.jobs(), ...indexJobs(parts), ...installs.jobs()],
    engine: describeEngine(parts, modelOf(parts, engines.serving), countReady(store)),
    index: { backend, note },
    notices: noticesOf(parts),
  };
}

/** Vectors go from the tail in memory into segments: how far that is. */
function indexJobs({ engines: { serving, next } }: Known): Job[] {
  return [serving, next].flatMap((engine) => {
    const health = engine?.vectors.health();
    if (!health?.building) return [];
    const { live, tail } = health;
    return [{ name: 'building-index', done: live - tail, total: live, rate: 0, secondsLeft: null, paused: false }];
  });
}

export function describeEngines(parts: Known): EngineInfo[] {
  const { engines, store } = parts;
  const of = countReady(store);
  // One that is open may be a checkpoint's folder, which is on no list.
  const unlisted = [engines.serving, engines.next].filter((engine) => engine && !engines.models.some(({ id }) => id === engine.id));
  const models = [...engines.models, ...unlisted.flatMap((engine) => (engine ? modelOf(parts, engine) : []))];
  return models.map((model) => describeEngine(parts, model, of));
}

function describeEngine({ engines, store, installs, speeds }: Known, model: Model, of: number): EngineInfo {
  const { serving, next, choice } = engines;
  const open = [serving, next].find((engine) => engine?.id === model.id);
  const { problem, downloaded: _downloaded, limits, ...described } = model;
  return {
    ...described,
    composition: model.kind === 'vlm' ? 'learned' : 'arithmetic',
    limits: limits.join(' '),
    problem,
    english: model.kind === 'lite' || catalogueEntry(model.id)?.languages === 'english',
    active: open !== undefined,
    takingOver: choice.next === model.id && !choice.beside,
    download: installs.downloadOf(model),
    provider: open && open.embedder.pid !== undefined && !open.embedder.trouble ? open.embedder.provider.name : null,
    secondsPerPicture: open?.embedder.secondsPerPicture ?? speeds.read(model.id),
    covered: coveredBy(store, model.id, open),
    of,
  };
}

/** The description of an engine that may not be on the list. */
function modelOf({ engines }: Known, { id, name, embedder }: ServedEngine): Model {
  const listed = engines.models.find((model) => model.id === id);
  const { dimension, composition } = embedder.space;
  const kind = composition === 'learned' ? 'vlm' : 'dual';
  const unknown = { licence: '', bytes: 0, memoryBytes: 0, source: null, consent: null, scores: '', downloaded: 0, problem: null };
  return listed ?? { ...unknown, id, name, kind, description: `The checkpoint in ${id}.`, limits: [], dimension, installed: true };
}

function coveredBy(store: Known['store'], id: string, open: ServedEngine | undefined): number {
  const space = open?.embedder.space ?? knownEngine(store, id)?.space;
  const spaceId = space && findSpace(store, space.id);
  return spaceId === undefined ? 0 : countItems(store, spaceId);
}

function noticesOf({ indexer, engines: { serving, next, ...engines } }: Known): LibraryStatus['notices'] {
  const notices: LibraryStatus['notices'] = [];
  const { trouble, provider } = serving.embedder;
  const own = { about: serving.name, code: null, count: 0 };
  if (trouble) {
    const text = `${trouble.message} Names, folders and dates can still be searched.`;
    notices.push({ ...own, id: 'engine', kind: 'engine', level: 'error', code: trouble.code, text });
  }
  const ofEngines = engines.notices();
  notices.push(...ofEngines, ...indexer.notices().filter(({ id }) => !ofEngines.some((other) => other.id === id)));
  if (!trouble && provider.note !== '') {
    const text = `${serving.name} runs on ${provider.name}. ${provider.note}`;
    notices.push({ ...own, id: 'provider', kind: 'provider', level: 'info', text });
  }
  const notes = new Set([serving, next].flatMap((engine) => engine?.vectors.health().note || []));
  for (const text of notes) notices.push({ ...own, id: 'index', kind: 'index', level: 'info', text });
  return notices;
}
