import { expect, test } from 'vitest';
import { packAspects, unpackAspects } from '../../core/api/outline.ts';
import { byDate, type NameMatch, orderByName, orderByVector } from '../../core/search/order.ts';

const neighbours = Array.from({ length: 12 }, (_, at) => ({ key: at + 1, score: 1 - at / 10 }));
const keysOf = ({ entries }: { entries: readonly { key: number }[] }): number[] => entries.map(({ key }) => key);

test('by date newest first above the line, then newest first below it; what has no date comes last', () => {
  const ordered = orderByVector(neighbours.slice(0, 6), 0.75);
  expect(ordered.above).toBe(3);
  expect(keysOf(byDate(ordered, [9, 5, 3, 6, 1, 4]))).toEqual([3, 1, 2, 5, 6, 4]);
});

test('a name comes before what is as good, wherever its vector ranks, and moves the line', () => {
  const names: NameMatch[] = [
    { key: 11, exact: false, field: 'name' },
    { key: 2, exact: false, field: 'folder' },
    { key: 12, exact: true, field: 'name' },
  ];
  const ordered = orderByName(orderByVector(neighbours, 0.75), names, true);
  expect(keysOf(ordered)).toEqual([12, 11, 2, 1, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(ordered.above).toBe(5);
  expect(ordered.entries.map(({ nameRank }) => nameRank).slice(0, 4)).toEqual([1, 2, 3, undefined]);
});

test('shapes come out of their package as they went in', () => {
  const aspects = Uint16Array.from({ length: 20_000 }, (_, at) => (at * 7) % 10_001);
  expect(unpackAspects(packAspects(aspects))).toEqual(aspects);
  expect(unpackAspects(packAspects([]))).toHaveLength(0);
});
