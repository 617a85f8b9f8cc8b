/** @file What the collect dialog offers for what was typed. */
import { expect, it } from 'vitest';
import type { Collection } from '../../../core/api/keepsakes.ts';
import { choicesFor } from '../../../renderer/keepsakes/collect-choices.ts';

const collections: Collection[] = ['Autumn trips', 'Café', 'Trips'].map((name, at) => ({ id: at + 1, name, items: 0, cover: null }));
const found = (typed: string): string[] => choicesFor(collections, typed).found.map(({ name }) => name);

it('offers every collection, and nothing to make, before something is typed', () => {
  expect(choicesFor(collections, '  ')).toEqual({ found: collections, fresh: null });
});

it('offers those that begin with what was typed before those that have it inside', () => {
  expect(found('trip')).toEqual(['Trips', 'Autumn trips']);
  expect(choicesFor(collections, ' trip ').fresh).toBe('trip');
});

it('makes none of a name that is there, however it is written', () => {
  expect(choicesFor(collections, 'TRIPS ').fresh).toBeNull();
  expect(choicesFor(collections, 'cafe\u0301')).toMatchObject({ found: [{ name: 'Café' }], fresh: null });
});
