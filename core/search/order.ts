/**
 * @file Puts keys in order: what was asked for by name, then what is better than chance, then everything else; inside each by fused rank.
 *
 * [Note: names and vectors] Ranks of the two sources are fused by reciprocal rank (k = 60), since their scores have nothing in common.
 * A name counts only when it has every word of the query, and a folder half, so a plain description keeps the order of its vectors.
 */
import type { Neighbour } from '../vectors/vector-index.ts';
import { KeyTable } from './key-table.ts';

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
  return { entries: rankedOf(neighbours), above: firstBelow(neighbours, cut) };
}

export function rankedOf(neighbours: readonly Neighbour[]): Ranked[] {
  return neighbours.map(({ key, score }, at) => ({ key, score, rank: at + 1 }));
}

/** Puts one before all others: the very picture that was asked with. */
export function withFirst({ entries, above }: Ordered, first: number | undefined): Ordered {
  const at = first === undefined ? -1 : entries.findIndex(({ key }) => key === first);
  if (at < 0) return { entries, above };
  const [itself] = entries.slice(at, at + 1);
  const others = entries.toSpliced(at, 1);
  return { entries: itself ? [itself, ...others] : others, above: at >= above ? above + 1 : above };
}

type Place = { readonly tier: number; readonly fused: number; readonly rank: number };
type Named = Place & { readonly entry: Ranked };

/** Everything that an engine ranks, with the names that match. */
export function orderByName(ordered: Ordered, names: readonly NameMatch[], exactFirst: boolean): Ordered {
  const matched = new Map(names.map((name) => [name.key, name]));
  const nameRanks = rankNames(ordered.entries, matched);
  const named: Named[] = [];
  const others: Ranked[] = []; // in order already, since they are ranked by one thing only
  let above = 0;
  ordered.entries.forEach((entry, at) => {
    const name = matched.get(entry.key);
    const nameRank = nameRanks.get(entry.key);
    if (name === undefined || nameRank === undefined) {
      if (at < ordered.above) above += 1;
      others.push(entry);
    } else {
      const fused = reciprocalRank(entry.rank) + reciprocalRank(nameRank) * (name.field === 'name' ? 1 : 0.5);
      named.push({ entry: { ...entry, nameRank }, tier: name.exact && exactFirst ? 0 : 1, fused, rank: entry.rank });
    }
  });
  return { entries: merged(named.sort(before), others, above), above: above + named.length };
}

function before(a: Place, b: Place): number {
  return a.tier - b.tier || b.fused - a.fused || a.rank - b.rank;
}

/** `above`: how many of the others lie above the line. */
function merged(named: readonly Named[], others: readonly Ranked[], above: number): Ranked[] {
  const all: Ranked[] = [];
  let at = 0;
  for (const one of named) {
    for (let other = others[at]; other; other = others[at]) {
      const { rank } = other;
      if (before({ tier: at < above ? 1 : 2, fused: reciprocalRank(rank), rank }, one) >= 0) break;
      all.push(other);
      at += 1;
    }
    all.push(one.entry);
  }
  return all.concat(others.slice(at));
}

/** Exact names, then names, then folders; among equals the better vector. */
function rankNames(entries: readonly Ranked[], matched: ReadonlyMap<number, NameMatch>): Map<number, number> {
  const grade = ({ exact, field }: NameMatch): number => (exact ? 0 : field === 'name' ? 1 : 2);
  const found: NameMatch[] = [];
  for (const { key } of entries) {
    const name = matched.get(key);
    if (name) found.push(name);
  }
  found.sort((a, b) => grade(a) - grade(b));
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

/** Above the line newest first, then below it newest first. What has no date (it went in the meantime) comes last. */
export function byDate({ entries, above }: Ordered, newestFirst: ArrayLike<number>): Ordered {
  const dated = new KeyTable(newestFirst);
  const sorted = (part: readonly Ranked[]): Ranked[] => {
    const places = new Array<Ranked | undefined>(newestFirst.length);
    const undated: Ranked[] = [];
    for (const entry of part) {
      const place = dated.placeOf(entry.key);
      if (place < 0) undated.push(entry);
      else places[place] = entry;
    }
    return places.filter((entry) => entry !== undefined).concat(undated);
  };
  return { entries: sorted(entries.slice(0, above)).concat(sorted(entries.slice(above))), above };
}
