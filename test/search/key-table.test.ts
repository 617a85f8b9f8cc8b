import { expect, test } from 'vitest';
import { KeyTable } from '../../core/search/key-table.ts';

test.each([
  ['close together', [7, 3, 12]],
  ['far apart', [7, 3_000_000, 12]],
])('a key is found at its place among keys that lie %s', (_, keys) => {
  const table = new KeyTable(keys);
  expect(keys.map((key) => table.placeOf(key))).toEqual([0, 1, 2]);
  expect([table.placeOf(4), table.placeOf(9_999_999)]).toEqual([-1, -1]);
});

test('there is nothing in an empty table', () => {
  expect(new KeyTable([]).placeOf(1)).toBe(-1);
});
