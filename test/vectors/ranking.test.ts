import { describe, expect, it } from 'vitest';
import { Ranking } from '../../core/vectors/ranking.ts';
import { byRank } from '../../core/vectors/top-k.ts';
import type { Neighbour } from '../../core/vectors/vector-index.ts';
import { uniform } from './synthetic.ts';

function ranked(rows: readonly Neighbour[]): Neighbour[] {
  const ranking = new Ranking();
  for (const { key, score } of rows) ranking.add(key, score);
  return ranking.sorted();
}

describe('a ranking', () => {
  it('orders like a comparison of every pair, also below zero and beyond its first room', () => {
    const random = uniform(3);
    const rows = Array.from({ length: 5000 }, (_, at) => ({ key: 5000 - at, score: Math.fround(random() * 3 - 1.5) }));
    expect(ranked(rows)).toEqual([...rows].sort(byRank));
  });

  it('puts equal scores in order of their keys, and takes both zeros for one', () => {
    const rows = [
      { key: 9, score: 0 },
      { key: 4, score: -0 },
      { key: 7, score: 1 },
      { key: 2, score: -1 },
      { key: 1, score: 1 },
    ];
    expect(ranked(rows).map(({ key }) => key)).toEqual([1, 7, 4, 9, 2]);
  });

  it('of nothing is empty', () => {
    expect(ranked([])).toEqual([]);
  });
});
