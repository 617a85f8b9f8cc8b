/** @file The kind of a fact. */
import { expect, it } from 'vitest';
import { filters } from '../../../core/api/query.ts';
import { understand } from '../../../core/search/facts.ts';
import { factKind } from '../../../renderer/box/fact-kind.ts';

const now = new Date(2026, 10, 23);

it.each([
  ['july 2023', 'date'],
  ['from:2019', 'date'],
  ['png', 'type'],
  ['folder:Trips', 'folder'],
  ['camera:nikon', 'camera'],
  ['min:1000', 'size'],
  ['orientation:portrait', 'shape'],
  ['2 people', 'people'],
  ['rating:4', 'rating'],
  ['place:yes', 'place'],
  ['starred:yes', 'starred'],
  ['collection:"summer house"', 'collection'],
])('"%s" is of the kind %s', (text, kind) => {
  expect(factKind(understand(text, now).filters)).toBe(kind);
});

it('several kinds at once are none', () => {
  expect(factKind(filters.parse({ camera: 'nikon', people: 2 }))).toBeNull();
  expect(factKind({})).toBeNull();
});
