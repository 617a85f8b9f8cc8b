/** @file How sequences are put together. What becomes of them, the golden values say. */
import { expect, it } from 'vitest';
import { groupByTokens } from '../../../models/runtime/decoder-run.ts';
import { blocksOf } from '../../../models/runtime/stage-run.ts';

it('puts neighbours together up to the budget, and leaves a longer sequence alone', () => {
  const lengths = [3, 4, 4, 20, 1, 9, 1];
  const sequences = lengths.map((tokens) => ({ embeds: new Float32Array(tokens * 2) }));
  const groups = groupByTokens(sequences, 2, 10);
  expect(groups.map((group) => group.map(({ embeds }) => embeds.length / 2))).toEqual([[3, 4], [4], [20], [1, 9], [1]]);
  expect(groups.flat()).toEqual(sequences);
  expect(groupByTokens([], 2, 10)).toEqual([]);
});

it('cuts rows into equal blocks that are no larger than the limit and leave none out', () => {
  expect(blocksOf(7, 10)).toEqual([{ first: 0, count: 7 }]);
  expect(blocksOf(11, 10)).toEqual([
    { first: 0, count: 6 },
    { first: 6, count: 5 },
  ]);
  for (const rows of [1, 512, 513, 1025, 2340]) {
    const blocks = blocksOf(rows, 512);
    expect(Math.max(...blocks.map(({ count }) => count))).toBeLessThanOrEqual(512);
    expect(Math.min(...blocks.map(({ count }) => count))).toBeGreaterThan(0);
    expect(blocks.reduce((sum, { first, count }) => (first === sum ? sum + count : Number.NaN), 0)).toBe(rows);
  }
});
