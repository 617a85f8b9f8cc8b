/**
 * @file Puts keys in order: what was asked for by name, then what is better than chance, then everything else; inside each by fused rank.
 *
 * [Note: names and vectors] Ranks of the two sources are fused by reciprocal rank (k = 60), since their scores have nothing in common.
 * A name counts only when it has every word of the query, and a folder half, so a plain description keeps the order of its vectors.
 */
import type { Neighbour } from '../vectors/vector-index.ts';

/** Where an engine puts a key: from 1. */
export type EngineRank = { readonly source: string; readonly rank: number; readonly score: number };

export type Ranked = {
  readonly key: number;
  /** Dot product with the query's vector; of two engines see [Note: two engines]. */
  readonly score: number;
  /** From 1; 0 where there is no vector ranking. */
  readonly rank: number;
  readonly nameRank?: number;
  /** Where more than one engine was asked. */
  readonly ranks?: readonly EngineRank[];
};

/** Best first. */
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

export function orderByVector(neighbours: readonly Neighbour[], cut: number): Ordered {
  const entries = neighbours.map(({ key, score }, at) => ({ key, score, rank: at + 1 }));
  return { entries, above: firstBelow(neighbours, cut) };
}

/** Puts one before all others: the very picture that was asked with. */
export function withFirst({ entries, above }: Ordered, first: number | undefined): Ordered {
  const at = first === undefined ? -1 : entries.findIndex(({ key }) => key === first);
  if (at < 0) return { entries, above };
  const [itself] = entries.slice(at, at + 1);
  const others = entries.toSpliced(at, 1);
  return { entries: itself ? [itself, ...others] : others, above: at >= above ? above + 1 : above };
}

type Placed = Ranked & { readonly tier: number; readonly fused: number };

/** Everything that an engine ranks, with the names that match. */
export function orderByName(ordered: Ordered, names: readonly NameMatch[], exactFirst: boolean): Ordered {
  const matched = new Map(names.map((name) => [name.key, name]));
  const nameRanks = rankNames(ordered.entries, matched);
  const named: Placed[] = [];
  const others: Placed[] = []; // in order already, since they are ranked by one thing only
  let above = 0;
  ordered.entries.forEach((entry, at) => {
    const name = matched.get(entry.key);
    const nameRank = nameRanks.get(entry.key);
    if (name === undefined || nameRank === undefined) {
      if (at < ordered.above) above += 1;
      others.push({ ...entry, tier: at < ordered.above ? 1 : 2, fused: reciprocalRank(entry.rank) });
    } else {
      const fused = reciprocalRank(entry.rank) + reciprocalRank(nameRank) * (name.field === 'name' ? 1 : 0.5);
      named.push({ ...entry, nameRank, tier: name.exact && exactFirst ? 0 : 1, fused });
    }
  });
  const before = (a: Placed, b: Placed): number => a.tier - b.tier || b.fused - a.fused || a.rank - b.rank;
  return { entries: merged(named.sort(before), others, before), above: above + named.length };
}

function merged(a: readonly Placed[], b: readonly Placed[], before: (a: Placed, b: Placed) => number): Placed[] {
  const all: Placed[] = [];
  let at = 0;
  for (const one of a) {
    for (let other = b[at]; other && before(other, one) < 0; other = b[at]) {
      all.push(other);
      at += 1;
    }
    all.push(one);
  }
  return all.concat(b.slice(at));
}

/** Exact names, then names, then folders; among equals the better vector. */
function rankNames(entries: readonly Ranked[], matched: ReadonlyMap<number, NameMatch>): Map<number, number> {
  const grade = ({ exact, field }: NameMatch): number => (exact ? 0 : field === 'name' ? 1 : 2);
  const found = entries.flatMap(({ key }) => matched.get(key) ?? []).sort((a, b) => grade(a) - grade(b));
  return new Map(found.map(({ key }, at) => [key, at + 1]));
}

/** Neighbours are sorted: binary search. */
function firstBelow(neighbours: readonly { readonly score: number }[], cut: number): number {
  let low = 0;
  let high = neighbours.length;
  while (low < high) {
    const at = (low + high) >> 1;
    if ((neighbours[at]?.score ?? Number.NEGATIVE_INFINITY) >= cut) low = at + 1;
    else high = at;
  }
  return low;
}

/** Above the line newest first, then below it newest first. */
export function byDate({ entries, above }: Ordered, newestFirst: readonly number[]): Ordered {
  const place = new Map(newestFirst.map((key, at) => [key, at]));
  const sorted = (part: Ranked[]): Ranked[] => part.sort((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0));
  return { entries: [...sorted(entries.slice(0, above)), ...sorted(entries.slice(above))], above };
}
