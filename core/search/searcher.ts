/**
 * @file Search: takes a request, answers with a page of explained hits. See [Note: snapshots] for how pages stay whole, ARCHITECTURE.md
 * for the way of a query.
 */
import { AppError } from '../api/errors.ts';
import type { ItemDetail } from '../api/library.ts';
import type { Filters, Hit, Query, RecognisedFact, SearchPage, SearchRequest, Why } from '../api/query.ts';
import { countItems, findItem, type Item, itemsOf } from '../store/catalogue.ts';
import { countEmbeddings } from '../store/embeddings.ts';
import { prepared } from '../store/statements.ts';
import { answer, type Counts, type Question } from './answer.ts';
import { fingerprintOf, readCursor, writeCursor } from './cursor.ts';
import { recogniseFacts, understand } from './facts.ts';
import { labelsOf } from './filters.ts';
import { NearDuplicates } from './near-duplicates.ts';
import { reciprocalRank } from './order.ts';
import type { VectorDeps } from './query-vector.ts';
import { type Place, placeOf, type Shown, type Snapshot, Snapshots, takePage } from './snapshot.ts';
import { Unrelated } from './unrelated.ts';

export type SearchDeps = VectorDeps & { readonly now?: () => Date; readonly log?: (line: string) => void };

export type SearchOptions = { readonly signal?: AbortSignal };

export type Searcher = {
  search(request: SearchRequest, options?: SearchOptions): Promise<SearchPage>;
  /** Facts in the words, in the order in which they stand. */
  understand(text: string): RecognisedFact[];
  item(id: string): ItemDetail;
  /** Resolves when the cut line is calibrated to the engine; until then it is guessed, and stricter. */
  calibrated(): Promise<void>;
};

const keptAnswers = 6;

export function createSearcher(deps: SearchDeps): Searcher {
  const now = deps.now ?? (() => new Date());
  const snapshots = new Snapshots(keptAnswers);
  const near = new NearDuplicates(deps.store, deps.spaceId, deps.embedder().space.dimension);
  const unrelated = new Unrelated(deps);
  let counted = { generation: '', items: 0, vectors: 0 };
  const countAll = (): Counts => {
    const generation = generationOf(deps);
    if (counted.generation !== generation) {
      const { store, spaceId } = deps;
      counted = { generation, items: countItems(store, spaceId), vectors: countEmbeddings(store, spaceId) };
    }
    return counted;
  };

  return {
    search: async (request, { signal } = {}) => {
      const started = performance.now();
      signal?.throwIfAborted();
      const { limit = 100, cursor } = request;
      const { question, facts } = questionOf(request, now());
      const fingerprint = fingerprintOf([deps.spaceId, question]);
      const generation = `${generationOf(deps)}/${unrelated.isReady}`;
      const at = cursor === undefined ? undefined : readCursor(cursor, fingerprint);
      const known = at ? snapshots.byId(at.snapshot) : snapshots.current(fingerprint, generation);
      const snapshot =
        known ?? snapshots.add(fingerprint, generation, await answer(deps, { near, unrelated, countAll }, question, limit, signal));
      const hits = pageOf(deps, near, snapshot, question, at && placeOf(snapshot, at), limit);
      return {
        ...hits,
        cut: snapshot.cut,
        total: snapshot.total,
        understood: { words: question.words, facts, says: [...snapshot.says] },
        composition: snapshot.composition,
        milliseconds: performance.now() - started,
      };
    },
    understand: (text) => recogniseFacts(text, now()),
    item: (id) => detailOf(deps, id),
    calibrated: () => unrelated.ready(),
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
  return { question: { words, picture: query.picture, edit, filters: { ...filters, ...stated(query.filters) }, order, group }, facts };
}

function factsOf({ text = '', literal = false }: Query, now: Date): { words: string; facts: RecognisedFact[]; filters: Filters } {
  return literal ? { words: text.trim(), facts: [], filters: {} } : understand(text, now);
}

/** Only what has a value: a key with `undefined` is no filter. */
function stated(filters: Filters | undefined): Filters {
  return Object.fromEntries(Object.entries(filters ?? {}).filter(([, value]) => value !== undefined));
}

/** Changes with every write to the library, by this process or another. */
function generationOf({ store }: SearchDeps): string {
  const written = prepared(store, 'SELECT total_changes()').pluck().get();
  return `${written}/${store.db.pragma('data_version', { simple: true })}`;
}

function pageOf(
  deps: SearchDeps,
  near: NearDuplicates,
  snapshot: Snapshot,
  question: Question,
  after: Place | undefined,
  limit: number,
): { hits: Hit[]; nextCursor: string | null } {
  const load = (keys: number[]): Item[] => {
    const items = itemsOf(deps.store, deps.spaceId, keys, question.filters, snapshot.kind);
    return question.group ? items.filter((item, at) => item.key !== items[at - 1]?.key) : items;
  };
  const { shown, more } = takePage(snapshot, question.group && after ? { ...after, fileId: Number.MAX_SAFE_INTEGER } : after, limit, load);
  const labels = labelsOf(question.filters);
  const similar = question.group ? similarOf(deps, near, snapshot, question.filters, shown) : undefined;
  const last = shown.at(-1);
  const { fingerprint, id } = snapshot;
  return {
    hits: shown.map((one) => {
      const others = similar?.get(one.item.key);
      return { ...hitOf(one, snapshot, labels), ...(others && others.length > 0 ? { similar: others } : {}) };
    }),
    nextCursor:
      more && last ? writeCursor({ fingerprint, snapshot: id, index: last.index, key: last.entry.key, fileId: last.item.fileId }) : null,
  };
}

function hitOf({ index, entry, item }: Shown, snapshot: Snapshot, filters: readonly string[]): Hit {
  const { key: _key, fileId, page, words, ...shown } = item;
  const score = entry.score * snapshot.scale;
  const match = snapshot.names.get(fileId);
  const ranks: Why['ranks'] = [];
  if (entry.rank > 0) ranks.push({ source: 'vectors', rank: entry.rank, score });
  if (match && entry.nameRank !== undefined) ranks.push({ source: 'names', rank: entry.nameRank, score: reciprocalRank(entry.nameRank) });
  return {
    ...shown,
    ...(page > 0 ? { page } : {}),
    score,
    aboveCut: index < snapshot.above,
    why: {
      words: [...words],
      ...(match ? { text: { field: match.field, snippet: match.snippet } } : {}),
      filters: [...filters],
      ranks,
    },
  };
}

/** For each key of the page the other items of its near-duplicate group, best first: its own copies, then the rest by score. */
function similarOf(
  deps: SearchDeps,
  near: NearDuplicates,
  snapshot: Snapshot,
  filters: Filters,
  shown: readonly Shown[],
): Map<number, string[]> {
  const members = shown.map(({ entry }) => ({ entry, keys: near.groupOf(entry.key)?.keys ?? [entry.key] }));
  const all = members.flatMap(({ keys }) => keys);
  const scored = snapshot.vector ? deps.vectors().search(snapshot.vector, { k: all.length, among: new Set(all) }) : [];
  const place = new Map(scored.map(({ key }, at) => [key, at]));
  const items = Map.groupBy(itemsOf(deps.store, deps.spaceId, all, filters, 'embedding'), ({ key }) => key);
  const shownIds = new Set(shown.map(({ item }) => item.id));
  return new Map(
    members.map(({ entry, keys }) => {
      const order = (key: number): number => (key === entry.key ? -1 : (place.get(key) ?? Number.MAX_SAFE_INTEGER));
      const sorted = [...keys].sort((a, b) => order(a) - order(b));
      const ids = sorted.flatMap((key) => items.get(key) ?? []).map(({ id }) => id);
      return [entry.key, ids.filter((id) => !shownIds.has(id))];
    }),
  );
}

function detailOf({ store, spaceId }: SearchDeps, id: string): ItemDetail {
  const found = findItem(store, spaceId, id);
  if (found === undefined) throw new AppError('not-found', `There is no item ${id} in this library any more.`);
  const { key: _key, fileId: _fileId, page: _page, hash: _hash, latitude, longitude, ...facts } = found;
  const place = latitude !== null && longitude !== null ? { latitude, longitude } : null;
  return { ...facts, place, words: [...facts.words], copies: [...facts.copies] };
}
