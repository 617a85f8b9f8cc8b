/**
 * @file What may be found in one engine's space, and the best of it with its cut line.
 */
import type { Filters } from '../api/query.ts';
import { keysPassing } from '../store/catalogue.ts';
import { embeddingKeys, readVector } from '../store/embeddings.ts';
import type { Neighbour } from '../vectors/vector-index.ts';
import { cutScore } from './cut.ts';
import { type QueryVector, sampleSize } from './query-vector.ts';
import type { SearchSpace } from './space.ts';

/** What passes the filters, less the picture that is to be changed. */
export type Scope = {
  readonly passing: ReadonlySet<number> | undefined;
  readonly excluded: number | undefined;
  /** Items and vectors that pass, the excluded ones included. */
  readonly items: number;
  readonly vectors: number;
  keys(): number[];
  rankBest(k: number): Neighbour[];
  rankAll(): Neighbour[];
};

export type Nearest = { readonly best: readonly Neighbour[]; readonly cut: number; readonly isComplete: boolean };

/** The line is looked for among so many of the best; only where it lies deeper everything is ranked. */
const cutDepth = 500;

export function scopeOf(
  { store, spaceId, vectors, countAll }: SearchSpace,
  { filters, edit }: { readonly filters: Filters; readonly edit: string },
  { vector, reference }: QueryVector,
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
    rankBest: (k) => kept(vectors.search(vector, { k: k + 1, ...(passing ? { among: passing } : {}) })),
    rankAll: () => kept(vectors.rank(vector, passing)),
  };
}

/** The best, enough for a page of `limit` and for the line; or everything, where that is asked for or takes no more. */
export function nearest(space: SearchSpace, { vector, kind }: QueryVector, scope: Scope, limit: number, everything: boolean): Nearest {
  const sample = space.vectors.sample(sampleSize);
  space.unrelated.prepare();
  const ground = { total: scope.vectors, sample: sample.scores(vector), chance: space.unrelated.chance(kind, sample) };
  const cutOf = (best: readonly Neighbour[]): number => cutScore({ ...ground, best: best.map(({ score }) => score) });

  const wanted = Math.max(cutDepth, 2 * limit + 100); // a page, and as much again for groups
  const best = scope.rankBest(wanted);
  const isComplete = best.length < wanted;
  const cut = cutOf(best.slice(0, cutDepth));
  const isDeeper = best.length > cutDepth && (best[cutDepth - 1]?.score ?? 0) >= cut;
  if (isComplete || (!isDeeper && !everything)) return { best, cut: isDeeper ? cutOf(best) : cut, isComplete };
  const all = scope.rankAll();
  return { best: all, cut: isDeeper ? cutOf(all) : cut, isComplete: true };
}

/** Turns a dot product into a cosine. Stored vectors of a space have one length, so that of any will do. */
export function scaleOf({ store, spaceId }: SearchSpace, query: Float32Array, key: number | undefined): number {
  const stored = new Float32Array(query.length);
  if (key === undefined || !readVector(store, spaceId, key, stored)) return 1;
  const length = Math.hypot(...query) * Math.hypot(...stored);
  return length > 0 ? 1 / length : 1;
}
