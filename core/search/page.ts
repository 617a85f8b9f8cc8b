/** @file One page of an answer: its items, each with the reason why it is there, and where the next page begins. */
import type { Filters, Hit, Why } from '../api/query.ts';
import { type Item, itemsOf } from '../store/catalogue.ts';
import { embeddingsOfParts, readVector } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import type { Question } from './answer.ts';
import { writeCursor } from './cursor.ts';
import { labelsOf } from './filters.ts';
import { reciprocalRank } from './order.ts';
import type { Places } from './places.ts';
import { keysOf, type Place, type Shown, type Snapshot, takePage } from './snapshot.ts';

export function pageOf(
  store: Store,
  snapshot: Snapshot,
  question: Question,
  after: Place | undefined,
  limit: number,
): { hits: Hit[]; nextCursor: string | null } {
  const load = (keys: number[]): Item[] => {
    const items = itemsOf(store, snapshot.spaceId, keys, question.filters, snapshot.kind);
    return question.group ? items.filter((item, at) => item.key !== items[at - 1]?.key) : items;
  };
  const { shown, more } = takePage(snapshot, question.group && after ? { ...after, fileId: Number.MAX_SAFE_INTEGER } : after, limit, load);
  const last = shown.at(-1);
  const { fingerprint, id } = snapshot;
  return {
    hits: explain(store, snapshot, question, shown),
    nextCursor:
      more && last
        ? writeCursor({ fingerprint, snapshot: id, of: keysOf(snapshot), index: last.index, key: last.entry.key, fileId: last.item.fileId })
        : null,
  };
}

/** The items from a place on, as far as they are still there. */
export function hitsFrom(store: Store, snapshot: Snapshot, places: Places, question: Question, from: number, limit: number): Hit[] {
  const end = Math.min(places.entries.length, from + limit);
  const entries = places.entries.slice(from, end);
  const keys = [...new Set(entries)].flatMap((entry) => snapshot.entries[entry]?.key ?? []);
  const items = new Map(
    itemsOf(store, snapshot.spaceId, keys, question.filters, snapshot.kind).map((item) => [`${item.key}/${item.fileId}`, item]),
  );
  const at: number[] = [];
  const shown: Shown[] = [];
  entries.forEach((index, offset) => {
    const entry = snapshot.entries[index];
    const item = entry && items.get(`${entry.key}/${places.fileIds[from + offset]}`);
    if (!entry || !item) return;
    shown.push({ index, entry, item });
    at.push(from + offset);
  });
  return explain(store, snapshot, question, shown).map((hit, i) => ({ ...hit, at: at[i] ?? 0 }));
}

function explain(store: Store, snapshot: Snapshot, question: Question, shown: readonly Shown[]): Hit[] {
  const labels = labelsOf(question.filters);
  const similar = question.group ? similarOf(store, snapshot, question.filters, shown) : undefined;
  const said = saidBy(store, snapshot, shown);
  return shown.map((one) => {
    const others = similar?.get(one.item.key);
    const words = said.get(one.item.key) ?? one.item.words;
    return { ...hitOf(one, snapshot, labels, words), ...(others && others.length > 0 ? { similar: others } : {}) };
  });
}

/** What the engine whose words go first says of what it has seen. */
function saidBy(store: Store, { readout, kind }: Snapshot, shown: readonly Shown[]): Map<number, Item['words']> {
  if (readout === undefined || kind !== 'part') return new Map();
  const seen = embeddingsOfParts(
    store,
    readout,
    shown.map(({ item }) => item.key),
  );
  return new Map([...seen].flatMap(([partId, { words }]) => (words.length > 0 ? [[partId, words] as const] : [])));
}

function hitOf({ index, entry, item }: Shown, snapshot: Snapshot, filters: readonly string[], words: Item['words']): Hit {
  const { key: _key, fileId, page, words: _words, ...shown } = item;
  const score = entry.score * snapshot.scale;
  const match = snapshot.names.get(fileId);
  const ranks: Why['ranks'] = entry.ranks ? [...entry.ranks] : entry.rank > 0 ? [{ source: 'vectors', rank: entry.rank, score }] : [];
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
function similarOf(store: Store, snapshot: Snapshot, filters: Filters, shown: readonly Shown[]): Map<number, string[]> {
  const { near, kind, spaceId } = snapshot;
  // Groups are of vectors; what has none in this space has no group, and only its copies are like it.
  const vectorOf =
    kind === 'part'
      ? embeddingsOfParts(
          store,
          spaceId,
          shown.map(({ entry }) => entry.key),
        )
      : undefined;
  const members = shown.map(({ entry }) => {
    const own = vectorOf ? vectorOf.get(entry.key)?.key : entry.key;
    const group = own === undefined ? undefined : near.groupOf(own)?.keys;
    return { entry, own, keys: group ?? (own === undefined ? [] : [own]) };
  });
  const items = Map.groupBy(
    itemsOf(store, spaceId, [...new Set(members.flatMap(({ keys }) => keys))], filters, 'embedding'),
    ({ key }) => key,
  );
  const shownIds = new Set(shown.map(({ item }) => item.id));
  return new Map(
    members.map(({ entry, own, keys }) => {
      const score = new Map(keys.length > 1 ? keys.map((key) => [key, scoreOf(store, snapshot, key)]) : []);
      const order = (key: number): number => (key === own ? Number.POSITIVE_INFINITY : (score.get(key) ?? Number.NEGATIVE_INFINITY));
      const sorted = [...keys].sort((a, b) => order(b) - order(a));
      const ids = sorted.flatMap((key) => items.get(key) ?? []).map(({ id }) => id);
      return [entry.key, ids.filter((id) => !shownIds.has(id))];
    }),
  );
}

function scoreOf(store: Store, { vector, spaceId }: Snapshot, key: number): number {
  const stored = vector && new Float32Array(vector.length);
  if (!vector || !stored || !readVector(store, spaceId, key, stored)) return Number.NEGATIVE_INFINITY;
  return stored.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0);
}
