/**
 * @file Answers a question: filters, vector, names and cut line become one order of keys. Nothing is capped.
 */
import { hasCode } from '../api/errors.ts';
import type { Filters, SearchRequest } from '../api/query.ts';
import { countItemsOf, keysByDate, keysPassing } from '../store/catalogue.ts';
import { embeddingKeys, readVector } from '../store/embeddings.ts';
import type { WordMatch } from '../store/words.ts';
import type { Neighbour } from '../vectors/vector-index.ts';
import { cutScore } from './cut.ts';
import { Collapse, countGroups } from './groups.ts';
import { answerByNames, findNames, looksLikeFileName } from './names.ts';
import type { NearDuplicates } from './near-duplicates.ts';
import { byDate, type Ordered, orderByVector, orderByVectorAndName, type Ranked } from './order.ts';
import { type Asked, type QueryVector, sampleSize, type VectorDeps, vectorOf } from './query-vector.ts';
import { type Answer, unscored } from './snapshot.ts';
import type { Unrelated } from './unrelated.ts';

export type Question = Asked & {
  readonly filters: Filters;
  readonly order: NonNullable<SearchRequest['order']>;
  readonly group: boolean;
};

/** Vectors of the space, and the items that they stand for. */
export type Counts = { readonly vectors: number; readonly items: number };

/** What a searcher knows of the library beside its tables. */
export type Knowledge = {
  readonly near: NearDuplicates;
  readonly unrelated: Unrelated;
  readonly countAll: () => Counts;
};

/** The line is looked for among so many of the best; only where it lies deeper everything is ranked. */
const cutDepth = 500;
const wordsSaid = 5;

export async function answer(
  deps: VectorDeps,
  { near, unrelated, countAll }: Knowledge,
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
  const [says = []] = await deps.embedder().words({ dimension: asked.vector.length, data: asked.vector }, wordsSaid);
  signal?.throwIfAborted();

  const scope = scopeOf(deps, question, asked, countAll);
  const found = rank(deps, unrelated, question, asked, scope, limit);
  const { entries, above } = found.ordered;
  const collapse = new Collapse(question.group ? near : undefined);
  const firstsAbove = collapse.firsts(entries.slice(0, above));
  const firsts = firstsAbove.concat(collapse.firsts(entries.slice(above)));
  const ranked = new Set(entries.map(({ key }) => key));
  const rest = (): Ranked[] =>
    collapse.firsts(scope.rankAll().flatMap(({ key, score }, at) => (ranked.has(key) ? [] : { key, score, rank: at + 1 })));
  const itemsOfKeys = (keys: number[]): number => countItemsOf(deps.store, deps.spaceId, keys, question.filters);
  return {
    kind: 'embedding',
    entries: firsts,
    rest: found.isComplete ? undefined : rest,
    above: firstsAbove.length,
    cut: question.group ? firstsAbove.length : itemsOfKeys(entries.slice(0, above).map(({ key }) => key)),
    total: question.group
      ? countGroups(near, scope.keys())
      : scope.items - (scope.excluded === undefined ? 0 : itemsOfKeys([scope.excluded])),
    vector: asked.vector,
    scale: scaleOf(deps, asked.vector, entries[0]?.key),
    says,
    composition: question.edit === '' ? 'none' : (deps.embedder().space.composition ?? 'arithmetic'),
    names: found.matches,
  };
}

/** The engine is missing or does not come up: what it is not needed for goes on. */
function isOutOfOrder(error: unknown): boolean {
  return hasCode(error, 'engine-failed') || hasCode(error, 'model-missing');
}

/** What may be found: what passes the filters, less the picture that is to be changed. */
type Scope = {
  readonly passing: ReadonlySet<number> | undefined;
  readonly excluded: number | undefined;
  /** Items and vectors that pass, the excluded ones included. */
  readonly items: number;
  readonly vectors: number;
  keys(): number[];
  rankBest(k: number): Neighbour[];
  rankAll(): Neighbour[];
};

function scopeOf(
  { store, spaceId, vectors }: VectorDeps,
  { filters, edit }: Question,
  { vector, reference }: QueryVector,
  countAll: () => Counts,
): Scope {
  const filtered = Object.keys(filters).length > 0 ? keysPassing(store, spaceId, filters) : undefined;
  const passing = filtered?.keys;
  const counts = filtered ? { items: filtered.items, vectors: filtered.keys.size } : countAll();
  const excluded = edit === '' ? undefined : reference;
  const kept = (all: Neighbour[]): Neighbour[] => (excluded === undefined ? all : all.filter(({ key }) => key !== excluded));
  return {
    passing,
    excluded,
    ...counts,
    keys: () => [...(passing ?? embeddingKeys(store, spaceId))].filter((key) => key !== excluded),
    // One more, for the one that is left out.
    rankBest: (k) => kept(vectors().search(vector, { k: k + 1, ...(passing ? { among: passing } : {}) })),
    rankAll: () => kept(vectors().rank(vector, passing)),
  };
}

type Found = { readonly ordered: Ordered; readonly isComplete: boolean; readonly matches: ReadonlyMap<number, WordMatch> };

function rank(deps: VectorDeps, unrelated: Unrelated, question: Question, asked: QueryVector, scope: Scope, limit: number): Found {
  const { store, spaceId } = deps;
  const { words, picture, edit, filters, order } = question;
  const sample = deps.vectors().sample(sampleSize);
  unrelated.prepare();
  const ground = {
    total: scope.vectors,
    sample: sample.scores(asked.vector),
    chance: unrelated.chance(asked.kind, sample),
  };
  const cutOf = (best: readonly Neighbour[]): number => cutScore({ ...ground, best: best.map(({ score }) => score) });
  const { matches, names } =
    picture === undefined ? findNames(deps, words, scope.passing) : { matches: new Map<number, WordMatch>(), names: [] };

  const wanted = Math.max(cutDepth, 2 * limit + 100); // a page, and as much again for groups
  let best = scope.rankBest(wanted);
  let isComplete = best.length < wanted;
  let cut = cutOf(best.slice(0, cutDepth));
  const isDeeper = best.length > cutDepth && (best[cutDepth - 1]?.score ?? 0) >= cut;
  if (!isComplete && (isDeeper || names.length > 0 || order === 'date')) {
    best = scope.rankAll();
    isComplete = true;
  }
  if (isDeeper) cut = cutOf(best);

  const itself = edit === '' && words === '' ? asked.reference : undefined;
  const byRelevance =
    names.length > 0 ? orderByVectorAndName(best, cut, names, looksLikeFileName(words)) : orderByVector(best, cut, itself);
  const ordered = order === 'date' ? byDate(byRelevance, keysByDate(store, spaceId, filters, 'embedding').keys) : byRelevance;
  return { ordered, isComplete, matches };
}

/** No words and no picture: everything that passes, newest first, all of it above the line. */
function listEverything(deps: VectorDeps, near: NearDuplicates, { filters, group }: Question): Answer {
  // Groups are of vectors; without them also what has none yet can be shown.
  const kind = group ? 'embedding' : 'part';
  const { keys, items } = keysByDate(deps.store, deps.spaceId, filters, kind);
  const entries = new Collapse(group ? near : undefined).firsts(keys.map((key) => ({ key, score: 0, rank: 0 })));
  const total = group ? entries.length : items;
  return unscored({ kind, entries, total, names: new Map() });
}

/** Stored vectors of a space have one length, so that of any will do. */
function scaleOf({ store, spaceId }: VectorDeps, query: Float32Array, key: number | undefined): number {
  const stored = new Float32Array(query.length);
  if (key === undefined || !readVector(store, spaceId, key, stored)) return 1;
  const length = Math.hypot(...query) * Math.hypot(...stored);
  return length > 0 ? 1 / length : 1;
}
