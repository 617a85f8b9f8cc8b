/**
 * @file Puts keys in order: what was asked for by name, then what is better than chance, then everything else; inside each by fused rank.
 *
 * [Note: names and vectors] Ranks of the two sources are fused by reciprocal rank (k = 60), since their scores have nothing in common.
 * A name counts only when it has every word of the query, and a folder half, so a plain description keeps the order of its vectors.
 */
import type { Neighbour } from '../vectors/vector-index.ts';

export type Ranked = {
  readonly key: number;
  /** Dot product with the query's vector. */
  readonly score: number;
  /** From 1; 0 where there is no vector ranking. */
  readonly rank: number;
  readonly nameRank?: number;
};

export type Ordered = {
  readonly entries: Ranked[];
  /** How many of the first entries lie above the cut line. */
  readonly above: number;
};

export type NameMatch = { readonly key: number; readonly exact: boolean; readonly field: 'name' | 'folder' };

const rrfConstant = 60;

export function reciprocalRank(rank: number): number {
  return 1 / (rrfConstant + rank);
}

/** Vectors alone. `first` goes before all others: the very picture that was asked with. */
export function orderByVector(neighbours: readonly Neighbour[], cut: number, first?: number): Ordered {
  const entries = neighbours.map(({ key, score }, at) => ({ key, score, rank: at + 1 }));
  let above = firstBelow(neighbours, cut);
  const at = first === undefined ? -1 : entries.findIndex(({ key }) => key === first);
  if (at >= 0) {
    entries.unshift(...entries.splice(at, 1));
    if (at >= above) above += 1;
  }
  return { entries, above };
}

/** All vectors, best first, with the names that match. */
export function orderByVectorAndName(
  neighbours: readonly Neighbour[],
  cut: number,
  names: readonly NameMatch[],
  exactFirst: boolean,
): Ordered {
  const matched = new Map(names.map((name) => [name.key, name]));
  const nameRanks = rankNames(neighbours, matched);
  type Placed = Ranked & { tier: number; fused: number };
  const placed = neighbours.map(({ key, score }, at): Placed => {
    const name = matched.get(key);
    const nameRank = nameRanks.get(key);
    const rank = at + 1;
    if (name === undefined || nameRank === undefined) return { key, score, rank, tier: score >= cut ? 1 : 2, fused: reciprocalRank(rank) };
    const fused = reciprocalRank(rank) + reciprocalRank(nameRank) * (name.field === 'name' ? 1 : 0.5);
    return { key, score, rank, nameRank, tier: name.exact && exactFirst ? 0 : 1, fused };
  });
  placed.sort((a, b) => a.tier - b.tier || b.fused - a.fused || a.rank - b.rank);
  return { entries: placed, above: placed.filter(({ tier }) => tier < 2).length };
}

/** Exact names, then names, then folders; among equals the better vector. */
function rankNames(neighbours: readonly Neighbour[], matched: ReadonlyMap<number, NameMatch>): Map<number, number> {
  const grade = ({ exact, field }: NameMatch): number => (exact ? 0 : field === 'name' ? 1 : 2);
  const found = neighbours.flatMap(({ key }) => matched.get(key) ?? []).sort((a, b) => grade(a) - grade(b));
  return new Map(found.map(({ key }, at) => [key, at + 1]));
}

/** Neighbours are sorted: binary search. */
function firstBelow(neighbours: readonly Neighbour[], cut: number): number {
  let low = 0;
  let high = neighbours.length;
  while (low < high) {
    const at = (low + high) >> 1;
    if ((neighbours[at]?.score ?? -1) >= cut) low = at + 1;
    else high = at;
  }
  return low;
}
