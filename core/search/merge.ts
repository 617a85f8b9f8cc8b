/**
 * @file The rankings of two engines become one.
 *
 * [Note: two engines] Scores of two spaces have nothing in common, ranks have. What counts is the mean of the reciprocal ranks (k = 60) that the
 * engines give which have seen the picture. So one that only one of them has seen stands where that one puts it, neither better nor worse
 * for the other's silence.
 * An engine that has seen n of N pictures ranks among fewer: the r-th best of a sample of n is on average the r (N + 1) / (n + 1)-th best of N,
 * and that rank is taken, or the best of the first ten pictures that a new engine has seen would stand at the top of every answer. It also
 * knows the less the fewer it has seen, so it weighs n / N in the mean, or that poor rank would pull down what both put first.
 * What an engine has seen and not listed among its best comes right behind them. A picture lies above the line where one engine puts
 * it there. The score in such an answer is that mean, with 1 for the first of both.
 */
import { type EngineRank, type Ordered, reciprocalRank } from './order.ts';

export type Side = {
  /** Names the engine. */
  readonly source: string;
  /** Best first: all that it ranks, or the best of it. */
  readonly best: readonly { readonly key: number; readonly score: number }[];
  /** How many of these lie above its line. */
  readonly above: number;
  /** How many it ranks in all. */
  readonly size: number;
  /** Which of these it ranks too, though they are not among its best. */
  readonly alsoRanks: (keys: readonly number[]) => ReadonlySet<number>;
};

type Merging = { readonly key: number; readonly ranks: EngineRank[]; sum: number; weight: number; isAbove: boolean };

export function mergeByRank(sides: readonly Side[]): Ordered {
  const all = new Map<number, Merging>();
  const largest = Math.max(...sides.map(({ size }) => size));
  for (const { source, best, above, size } of sides) {
    const weight = size / largest;
    best.forEach(({ key, score }, at) => {
      const one = all.get(key) ?? { key, ranks: [], sum: 0, weight: 0, isAbove: false };
      all.set(key, one);
      one.ranks.push({ source, rank: at + 1, score });
      one.sum += weight * reciprocalRank(expectedRank(at + 1, size, largest));
      one.weight += weight;
      one.isAbove ||= at < above;
    });
  }
  for (const side of sides) {
    const weight = side.size / largest;
    const behind = reciprocalRank(expectedRank(side.best.length + 1, side.size, largest));
    const missing = [...all.values()].filter(({ ranks }) => !ranks.some(({ source }) => source === side.source));
    const ranked = side.alsoRanks(missing.map(({ key }) => key));
    for (const one of missing) {
      if (!ranked.has(one.key)) continue;
      one.sum += weight * behind;
      one.weight += weight;
    }
  }
  const fused = ({ sum, weight }: Merging): number => sum / weight;
  const sorted = [...all.values()].sort((a, b) => Number(b.isAbove) - Number(a.isAbove) || fused(b) - fused(a) || a.key - b.key);
  const entries = sorted.map((one, at) => ({ key: one.key, score: fused(one) / reciprocalRank(1), rank: at + 1, ranks: one.ranks }));
  return { entries, above: sorted.filter(({ isAbove }) => isAbove).length };
}

function expectedRank(rank: number, seen: number, all: number): number {
  return (rank * (all + 1)) / (seen + 1);
}
