/**
 * @file Search: takes a request, answers with a page of explained hits. See [Note: snapshots] for how pages stay whole, ARCHITECTURE.md
 * for the way of a query.
 */

import { setImmediate as breathe } from 'node:timers/promises';
import type { z } from 'zod';
import { AppError } from '../api/errors.ts';
import type { ItemDetail } from '../api/library.ts';
import type { Outline, outlineRequest, picked, pickRequest } from '../api/outline.ts';
import type { Filters, Query, RecognisedFact, SearchPage, SearchRequest } from '../api/query.ts';
import type { Engines, OpenEngine } from '../indexing/engines.ts';
import { findItem, pathsOf } from '../store/catalogue.ts';
import { embeddingsOfParts } from '../store/embeddings.ts';
import { collectionsWith } from '../store/keepsakes.ts';
import { shapesPassing } from '../store/shapes.ts';
import { writesOf } from '../store/statements.ts';
import { answer, type Question, type Spaces } from './answer.ts';
import { fingerprintOf, readCursor } from './cursor.ts';
import { recogniseFacts, understand } from './facts.ts';
import { hitsFrom, pageOf } from './page.ts';
import { outlineOf, type Places, placesOf } from './places.ts';
import { createUnderstanding } from './query-vectors.ts';
import { complete, placeOf, type Snapshot, Snapshots } from './snapshot.ts';
import { createSpace, type SearchSpace, type SpaceDeps } from './space.ts';

export type SearchDeps = SpaceDeps & {
  readonly engines: Engines<OpenEngine>;
  readonly now?: () => Date;
  /** How long an answer waits for a second engine. */
  readonly patienceMs?: number;
};

export type SearchOptions = { readonly signal?: AbortSignal };

export type Searcher = {
  search(request: SearchRequest, options?: SearchOptions): Promise<SearchPage>;
  outline(request: OutlineRequest, options?: SearchOptions): Promise<Outline>;
  pick(request: PickRequest): Picked;
  /** Facts in the words, in the order in which they stand. */
  understand(text: string): RecognisedFact[];
  item(id: string): ItemDetail;
  /** Resolves when the cut line is calibrated to the serving engine; until then it is guessed, and stricter. */
  calibrated(): Promise<void>;
  /** Resolves when nothing here needs an engine any more that is open no longer, so that it can be closed. */
  leave(engine: OpenEngine): Promise<void>;
};

type OutlineRequest = z.input<typeof outlineRequest>;
type PickRequest = z.infer<typeof pickRequest>;
type Picked = z.infer<typeof picked>;

const keptAnswers = 6;
/** How many an outline that comes before its first page ranks first: as many as such a page. */
const outlineLimit = 200;

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

  /** The answer of this name as long as it is remembered, else one that is as new as the library. */
  async function snapshotFor(
    question: Question,
    fingerprint: string,
    id: string | undefined,
    limit: number,
    inUse: Spaces,
    signal: AbortSignal | undefined,
  ): Promise<Snapshot> {
    const ready = [inUse.serving, inUse.next].map((space) => [space?.spaceId, space?.unrelated.isReady]);
    const generation = `${writesOf(store)}/${JSON.stringify(ready)}`;
    const named = id === undefined ? undefined : snapshots.byId(id);
    const known = named?.fingerprint === fingerprint ? named : snapshots.current(fingerprint, generation);
    return known ?? snapshots.add(fingerprint, generation, await answer(inUse, understanding, question, limit, signal));
  }

  function placesFor(snapshot: Snapshot, { filters, group }: Question, { serving, next }: Spaces): Places {
    const { spaceId, kind } = snapshot;
    // The answer may be of an engine that has left since.
    const space = [serving, next].find((one) => one?.spaceId === spaceId);
    snapshot.places ??= placesOf(snapshot, space?.shapes(filters, kind) ?? shapesPassing(store, spaceId, filters, kind), group);
    return snapshot.places;
  }

  async function outline(request: OutlineRequest, inUse: Spaces, signal: AbortSignal | undefined): Promise<Outline> {
    signal?.throwIfAborted();
    const { question } = questionOf(request, now());
    const snapshot = await snapshotFor(question, fingerprintOf(question), request.snapshot, outlineLimit, inUse, signal);
    // Each step takes as long as a search, and somebody who types on waits for none of them.
    await breathe();
    signal?.throwIfAborted();
    complete(snapshot);
    await breathe();
    signal?.throwIfAborted();
    return outlineOf(snapshot, placesFor(snapshot, question, inUse), question.order);
  }

  function pick({ snapshot, ranges }: PickRequest): Picked {
    const places = snapshots.byId(snapshot)?.places;
    if (places === undefined) throw new AppError('not-found', `The answer ${snapshot} is forgotten. Search again.`);
    const rows = ranges.flatMap(([from, to]) => Array.from(places.fileIds.subarray(from, to), (_, at) => from + at));
    const paths = pathsOf(store, [...new Set(rows.map((row) => places.fileIds[row] ?? 0))]);
    const there = rows.flatMap((row) => {
      const fileId = places.fileIds[row] ?? 0;
      const path = paths.get(fileId);
      const page = places.pages[row] ?? 0;
      return path === undefined ? [] : [{ id: page === 0 ? String(fileId) : `${fileId}p${page}`, path }];
    });
    return { ids: there.map(({ id }) => id), paths: there.map(({ path }) => path) };
  }

  /** Remembers while it runs with which engines it was begun. */
  function tracked<T>(begin: (inUse: Spaces) => Promise<T>): Promise<T> {
    const inUse = spacesNow();
    const work = begin(inUse).finally(() => running.delete(work));
    running.set(work, inUse);
    return work;
  }

  async function search(request: SearchRequest, inUse: Spaces, signal: AbortSignal | undefined): Promise<SearchPage> {
    const started = performance.now();
    signal?.throwIfAborted();
    const { limit = 100, cursor, from } = request;
    if (cursor !== undefined && from !== undefined) throw new AppError('bad-request', 'Give a cursor or a place to begin from, not both.');
    const { question, facts } = questionOf(request, now());
    const fingerprint = fingerprintOf(question);
    const at = cursor === undefined ? undefined : readCursor(cursor, fingerprint);
    const snapshot = await snapshotFor(question, fingerprint, at?.snapshot ?? request.snapshot, limit, inUse, signal);
    const hits =
      from === undefined
        ? pageOf(store, snapshot, question, at && placeOf(snapshot, at), limit)
        : { hits: hitsFrom(store, snapshot, placesFor(snapshot, question, inUse), question, from, limit), nextCursor: null };
    return {
      ...hits,
      cut: snapshot.cut,
      total: snapshot.total,
      understood: { words: question.words, facts, says: [...snapshot.says], filters: question.filters },
      composition: snapshot.composition,
      snapshot: snapshot.id,
      milliseconds: performance.now() - started,
    };
  }

  return {
    search: (request, { signal } = {}) => tracked((inUse) => search(request, inUse, signal)),
    outline: (request, { signal } = {}) => tracked((inUse) => outline(request, inUse, signal)),
    pick,
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
function questionOf(request: Pick<SearchRequest, 'query' | 'order' | 'group'>, now: Date): { question: Question; facts: RecognisedFact[] } {
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
