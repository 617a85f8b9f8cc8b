/**
 * @file Answers a query: filters, vector, names and cut line become one order of keys. Nothing is capped.
 */
import { hasCode } from '../api/errors.ts';
import type { Filters, SearchRequest } from '../api/query.ts';
import { countItems, countItemsOf, keysByDate, keysOfFiles, keysPassing } from '../store/catalogue.ts';
import { countEmbeddings, embeddingKeys, readVector } from '../store/embeddings.ts';
import { findWords, type WordMatch } from '../store/words.ts';
import type { Neighbour } from '../vectors/vector-index.ts';
import { cutScore } from './cut.ts';
import type { Group, NearDuplicates } from './near-duplicates.ts';
import { type NameMatch, type Ordered, orderByVector, orderByVectorAndName, type Ranked } from './order.ts';
import { type Asked, sampleSize, type VectorDeps, vectorOf } from './query-vector.ts';
import type { Answer } from './snapshot.ts';
import type { Unrelated } from './unrelated.ts';

export type Question = Asked & {
  readonly filters: Filters;
  readonly order: NonNullable<SearchRequest['order']>;
  readonly group: boolean;
};

/** What a searcher knows of the library beside its tables. */
export type Knowledge = { readonly near: NearDuplicates; readonly unrelated: Unrelated };

type Passing = { readonly keys: ReadonlySet<number>; readonly items: number };

/** More names than this are no help in finding anything. */
const maxNames = 10_000;
/** The line is looked for among so many of the best; only where it lies deeper everything is ranked. */
const cutDepth = 500;
const wordsSaid = 5;

export async function answer(
  deps: VectorDeps,
  { near, unrelated }: Knowledge,
  question: Question,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  if (question.group) near.update();
  if (question.words === '' && question.picture === undefined) return listEverything(deps, near, question);
  const asked = await vectorOf(deps, question, signal).catch((error: unknown) => {
    if (question.picture === undefined && isOutOfOrder(error)) return undefined;
    throw error;
  });
  if (!asked) return answerByNames(deps, near, question);
  const { vector, kind, reference } = asked;
  const [says = []] = await deps.embedder().words({ dimension: vector.length, data: vector }, wordsSaid);
  signal?.throwIfAborted();

  const { store, spaceId } = deps;
  const vectors = deps.vectors();
  const passing = hasFilters(question.filters) ? keysPassing(store, spaceId, question.filters) : undefined;
  const among = passing && { among: passing.keys };
  const excluded = question.edit === '' ? undefined : reference;
  const pinned = question.edit === '' && question.words === '' ? reference : undefined;
  const without = (neighbours: Neighbour[]): Neighbour[] =>
    excluded === undefined ? neighbours : neighbours.filter(({ key }) => key !== excluded);
  const rankAll = (): Neighbour[] => without(vectors.rank(vector, passing?.keys));
  const items = passing?.items ?? countItems(store, spaceId);
  const sample = vectors.sample(sampleSize);
  unrelated.prepare();
  const rules = {
    total: passing?.keys.size ?? countEmbeddings(store, spaceId),
    sample: sample.scores(vector),
    chance: unrelated.chance(kind, sample),
  };
  const cutOf = (best: readonly Neighbour[]): number => cutScore({ ...rules, best: best.map(({ score }) => score) });

  const { matches, names } = question.picture === undefined ? findNames(deps, question.words, passing) : noNames;
  const wanted = Math.max(cutDepth, 2 * limit + 100); // as much again for groups
  const head = without(vectors.search(vector, { k: wanted, ...among }));
  let cut = cutOf(head.slice(0, cutDepth));
  let isComplete = head.length < wanted - 1;
  let best = head;
  if (!isComplete && (names.length > 0 || question.order === 'date' || (head[cutDepth - 1]?.score ?? 0) >= cut)) {
    best = rankAll();
    isComplete = true;
    if ((head[cutDepth - 1]?.score ?? 0) >= cut) cut = cutOf(best);
  }
  let ordered =
    names.length > 0 ? orderByVectorAndName(best, cut, names, looksLikeFileName(question.words)) : orderByVector(best, cut, pinned);
  if (question.order === 'date') ordered = byDate(ordered, keysByDate(store, spaceId, question.filters, 'embedding').keys);

  const entries = question.group
    ? firstOfGroups(near, ordered.entries)
    : { all: ordered.entries, above: ordered.above, seen: new Set<Group>() };
  const above = question.group ? firstOfGroups(near, ordered.entries.slice(0, ordered.above)).all.length : ordered.above;
  const shownKeys = new Set(ordered.entries.map(({ key }) => key));
  const rest = (): Ranked[] => {
    const others = rankAll().flatMap(({ key, score }, at) => (shownKeys.has(key) ? [] : { key, score, rank: at + 1 }));
    return question.group ? firstOfGroups(near, others, entries.seen).all : others;
  };
  const aboveKeys = ordered.entries.slice(0, ordered.above).map(({ key }) => key);
  const gone = excluded === undefined ? 0 : countItemsOf(store, spaceId, [excluded], question.filters);
  return {
    kind: 'embedding',
    entries: entries.all,
    rest: isComplete ? undefined : rest,
    above,
    cut: question.group ? above : countItemsOf(store, spaceId, aboveKeys, question.filters),
    total: question.group ? countGroups(deps, near, passing, excluded) : items - gone,
    vector,
    scale: scaleOf(deps, vector, ordered.entries[0]?.key),
    says,
    composition: question.edit === '' ? 'none' : (deps.embedder().space.composition ?? 'arithmetic'),
    names: matches,
  };
}

/** No words and no picture: everything that passes, newest first, all of it above the line. */
function listEverything(deps: VectorDeps, near: NearDuplicates, { filters, group }: Question): Answer {
  const kind = group ? 'embedding' : 'part';
  const { keys, items } = keysByDate(deps.store, deps.spaceId, filters, kind);
  const all = keys.map((key) => ({ key, score: 0, rank: 0 }));
  const entries = group ? firstOfGroups(near, all).all : all;
  const total = group ? entries.length : items;
  return { ...nothingSaid, kind, entries, above: entries.length, cut: total, total, names: new Map() };
}

/** The engine is missing or does not come up. */
function isOutOfOrder(error: unknown): boolean {
  return hasCode(error, 'engine-failed') || hasCode(error, 'model-missing');
}

/** What is left without an engine: files whose name or folder has the words. */
function answerByNames(deps: VectorDeps, near: NearDuplicates, question: Question): Answer {
  const { store, spaceId } = deps;
  const passing = hasFilters(question.filters) ? keysPassing(store, spaceId, question.filters) : undefined;
  const { matches, names } = findNames(deps, question.words, passing);
  const neighbours = names.map(({ key }) => ({ key, score: 0 }));
  let ordered = orderByVectorAndName(neighbours, 0, names, looksLikeFileName(question.words));
  if (question.order === 'date') ordered = byDate(ordered, keysByDate(store, spaceId, question.filters, 'embedding').keys);
  const found = ordered.entries.map((entry) => ({ ...entry, rank: 0 }));
  const entries = question.group ? firstOfGroups(near, found).all : found;
  const total = question.group
    ? entries.length
    : countItemsOf(
        store,
        spaceId,
        entries.map(({ key }) => key),
        question.filters,
      );
  return { ...nothingSaid, kind: 'embedding', entries, above: entries.length, cut: total, total, names: matches, provisional: true };
}

const nothingSaid = { rest: undefined, vector: undefined, scale: 0, says: [], composition: 'none' } as const;

const noNames: { matches: ReadonlyMap<number, WordMatch>; names: NameMatch[] } = { matches: new Map(), names: [] };

function findNames(deps: VectorDeps, words: string, passing: Passing | undefined): typeof noNames {
  const matches = new Map(findWords(deps.store, words, maxNames).map((match) => [match.fileId, match]));
  const best = new Map<number, NameMatch>();
  for (const { fileId, key } of keysOfFiles(deps.store, deps.spaceId, [...matches.keys()])) {
    const match = matches.get(fileId);
    if (match === undefined || (passing && !passing.keys.has(key))) continue;
    const known = best.get(key);
    const better = known === undefined || (match.exact && !known.exact) || (match.field === 'name' && known.field === 'folder');
    if (better) best.set(key, { key, exact: match.exact, field: match.field });
  }
  return { matches, names: [...best.values()] };
}

/** "IMG_1234", "boat-2", "scan.png": nobody describes a picture like this. */
function looksLikeFileName(words: string): boolean {
  return !/\s/u.test(words) && /[\p{N}_.-]/u.test(words);
}

function hasFilters(filters: Filters): boolean {
  return Object.keys(filters).length > 0;
}

/** Above the line newest first, then below it newest first. */
function byDate(ordered: Ordered, newestFirst: readonly number[]): Ordered {
  const place = new Map(newestFirst.map((key, at) => [key, at]));
  const sort = (entries: Ranked[]): Ranked[] => entries.sort((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0));
  const { entries, above } = ordered;
  return { entries: [...sort(entries.slice(0, above)), ...sort(entries.slice(above))], above };
}

function firstOfGroups(
  near: NearDuplicates,
  entries: readonly Ranked[],
  seen = new Set<Group>(),
): { all: Ranked[]; above: number; seen: Set<Group> } {
  const all = entries.filter(({ key }) => {
    const group = near.groupOf(key);
    if (group === undefined) return true;
    if (seen.has(group)) return false;
    seen.add(group);
    return true;
  });
  return { all, above: all.length, seen };
}

function countGroups(deps: VectorDeps, near: NearDuplicates, passing: Passing | undefined, excluded: number | undefined): number {
  const groups = new Set<Group | number>();
  for (const key of passing?.keys ?? embeddingKeys(deps.store, deps.spaceId)) if (key !== excluded) groups.add(near.groupOf(key) ?? key);
  return groups.size;
}

/** Stored vectors of a space have one length, so that of any will do. */
function scaleOf(deps: VectorDeps, query: Float32Array, key: number | undefined): number {
  const stored = new Float32Array(query.length);
  if (key === undefined || !readVector(deps.store, deps.spaceId, key, stored)) return 1;
  const length = Math.hypot(...query) * Math.hypot(...stored);
  return length > 0 ? 1 / length : 1;
}
