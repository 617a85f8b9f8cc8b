/**
 * @file Search: takes a request, answers with a page of explained hits. See [Note: snapshots] for how pages stay whole, ARCHITECTURE.md
 * for the way of a query.
 */
import { AppError } from '../api/errors.ts';
import type { ItemDetail } from '../api/library.ts';
import type { Filters, Query, RecognisedFact, SearchPage, SearchRequest } from '../api/query.ts';
import type { Engines, OpenEngine } from '../indexing/engines.ts';
import { findItem } from '../store/catalogue.ts';
import { embeddingsOfParts } from '../store/embeddings.ts';
import { collectionsWith } from '../store/keepsakes.ts';
import { answer, type Question, type Spaces } from './answer.ts';
import { fingerprintOf, readCursor } from './cursor.ts';
import { recogniseFacts, understand } from './facts.ts';
import { pageOf } from './page.ts';
import { createUnderstanding } from './query-vectors.ts';
import { complete, placeOf, type Snapshot, Snapshots } from './snapshot.ts';
import { createSpace, generationOf, type SearchSpace, type SpaceDeps } from './space.ts';

export type SearchDeps = SpaceDeps & {
  readonly engines: Engines<OpenEngine>;
  readonly now?: () => Date;
  /** How long an answer waits for a second engine. */
  readonly patienceMs?: number;
};

export type SearchOptions = { readonly signal?: AbortSignal };

export type Searcher = {
  search(request: SearchRequest, options?: SearchOptions): Promise<SearchPage>;
  /** Facts in the words, in the order in which they stand. */
  understand(text: string): RecognisedFact[];
  item(id: string): ItemDetail;
  /** Resolves when the cut line is calibrated to the serving engine; until then it is guessed, and stricter. */
  calibrated(): Promise<void>;
  /** Resolves when nothing here needs an engine any more that is open no longer, so that it can be closed. */
  leave(engine: OpenEngine): Promise<void>;
};

const keptAnswers = 6;

export function createSearcher(deps: SearchDeps): Searcher {
  const { store, engines, now = () => new Date(), patienceMs = 1500, log = () => undefined } = deps;
  const snapshots = new Snapshots(keptAnswers);
  const understanding = createUnderstanding(patienceMs, log);
  const spaces = new Map<OpenEngine, SearchSpace>();
  /** Searches that are under way, with the engines that they were begun with. */
  const running = new Map<Promise<unknown>, Spaces>();

  function spaceOf(engine: OpenEngine): SearchSpace {
    const space = spaces.get(engine) ?? createSpace(deps, engine);
    spaces.set(engine, space);
    return space;
  }

  function spacesNow(): Spaces {
    const { serving, next } = engines;
    return { serving: spaceOf(serving), next: next && spaceOf(next) };
  }

  async function search(request: SearchRequest, inUse: Spaces, signal: AbortSignal | undefined): Promise<SearchPage> {
    const started = performance.now();
    signal?.throwIfAborted();
    const { limit = 100, cursor } = request;
    const { question, facts } = questionOf(request, now());
    const fingerprint = fingerprintOf(question);
    const at = cursor === undefined ? undefined : readCursor(cursor, fingerprint);
    const ready = [inUse.serving, inUse.next].map((space) => [space?.spaceId, space?.unrelated.isReady]);
    const generation = `${generationOf(store)}/${JSON.stringify(ready)}`;
    const known = at ? snapshots.byId(at.snapshot) : snapshots.current(fingerprint, generation);
    const snapshot: Snapshot = known ?? snapshots.add(fingerprint, generation, await answer(inUse, understanding, question, limit, signal));
    const hits = pageOf(store, snapshot, question, at && placeOf(snapshot, at), limit);
    return {
      ...hits,
      cut: snapshot.cut,
      total: snapshot.total,
      understood: { words: question.words, facts, says: [...snapshot.says] },
      composition: snapshot.composition,
      milliseconds: performance.now() - started,
    };
  }

  return {
    search: (request, { signal } = {}) => {
      const inUse = spacesNow();
      const work = search(request, inUse, signal).finally(() => running.delete(work));
      running.set(work, inUse);
      return work;
    },
    understand: (text) => recogniseFacts(text, now()),
    item: (id) => detailOf(spacesNow(), id),
    calibrated: () => spacesNow().serving.unrelated.ready(),
    async leave(engine) {
      const { spaceId } = engine;
      understanding.forget(spaceId);
      const users = [...running].filter(([, { serving, next }]) => serving.spaceId === spaceId || next?.spaceId === spaceId);
      await Promise.allSettled(users.map(([work]) => work));
      // What a page further down would need of it is taken out now.
      for (const snapshot of snapshots.all) {
        complete(snapshot);
        await new Promise(setImmediate);
      }
      spaces.delete(engine);
    },
  };
}

/** Filters that were set beside the words overrule those that stand in the words. */
function questionOf(request: SearchRequest, now: Date): { question: Question; facts: RecognisedFact[] } {
  const { query, order = 'relevance', group = false } = request;
  const edit = query.edit?.trim() ?? '';
  if (edit !== '' && query.picture === undefined) {
    throw new AppError('bad-request', `The edit "${edit}" needs a picture to change. Add one, or search for the words alone.`);
  }
  const { words, facts, filters } = factsOf(query, now);
  const way = edit === '' ? {} : { strength: query.strength, composition: query.composition };
  return {
    question: { words, picture: query.picture, edit, ...way, filters: { ...filters, ...stated(query.filters) }, order, group },
    facts,
  };
}

function factsOf({ text = '', literal = false }: Query, now: Date): { words: string; facts: RecognisedFact[]; filters: Filters } {
  return literal ? { words: text.trim(), facts: [], filters: {} } : understand(text, now);
}

/** Only what has a value: a key with `undefined` is no filter. */
function stated(filters: Filters | undefined): Filters {
  return Object.fromEntries(Object.entries(filters ?? {}).filter(([, value]) => value !== undefined));
}

function detailOf({ serving, next }: Spaces, id: string): ItemDetail {
  const { store, spaceId } = serving;
  const found = findItem(store, spaceId, id);
  if (found === undefined) throw new AppError('not-found', `There is no item ${id} in this library any more.`);
  const { key: _key, partId, fileId: _fileId, page: _page, hash, latitude, longitude, ...facts } = found;
  const place = latitude !== null && longitude !== null ? { latitude, longitude } : null;
  const said = next && embeddingsOfParts(store, next.spaceId, [partId]).get(partId)?.words;
  return {
    ...facts,
    place,
    words: [...(said && said.length > 0 ? said : facts.words)],
    copies: [...facts.copies],
    collections: collectionsWith(store, hash),
  };
}
