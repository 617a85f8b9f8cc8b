/** @file Items by filter, key and date, where a content has several files or pages. */
import { beforeEach, expect, test } from 'vitest';
import {
  countByType,
  countItems,
  countItemsOf,
  findItem,
  itemsOf,
  keyOfContent,
  keysOfFiles,
  keysPassing,
} from '../../core/store/catalogue.ts';
import { ensurePart } from '../../core/store/contents.ts';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { setOnline } from '../../core/store/roots.ts';
import { newestFirst, shapesPassing } from '../../core/store/shapes.ts';
import { hashOf, type ToyLibrary, toyLibrary } from '../search/toy-library.ts';

const spaceId = 1;
let library: ToyLibrary;

beforeEach(() => {
  library = toyLibrary();
  library.add(
    { path: 'a.jpg', shows: { cat: 1 }, takenAt: '2020-05-01T10:00:00', content: 'x' },
    { path: 'b.jpg', shows: { cat: 1 }, takenAt: '2020-05-01T10:00:00', content: 'x' },
    { path: 'c.jpg', shows: { dog: 1 }, mtime: new Date(2021, 0, 1, 9, 30).getTime() },
  );
});

test('a content with two files is one key and two items', () => {
  const { keys, items } = keysPassing(library.store, spaceId, {});
  expect([keys.size, items, countItems(library.store, spaceId)]).toEqual([2, 3, 3]);
  const [key = 0] = keys;
  expect(countItemsOf(library.store, spaceId, [key], {})).toBe(2);
  expect(itemsOf(library.store, spaceId, [key], {}, 'embedding').map(({ id }) => id)).toEqual(['1', '2']);
  expect(keysOfFiles(library.store, spaceId, [1, 2]).map((row) => row.key)).toEqual([key, key]);
});

test('items come in the order of the keys; keys that are gone are left out', () => {
  const keys = [...newestFirst(shapesPassing(library.store, spaceId, {}, 'embedding'))];
  const ids = (of: number[]): string[] => itemsOf(library.store, spaceId, of, {}, 'embedding').map(({ id }) => id);
  expect(ids(keys)).toEqual(['3', '1', '2']);
  expect(ids([...keys].reverse())).toEqual(['1', '2', '3']);
  expect(ids([999, ...keys])).toEqual(['3', '1', '2']);
});

test('the date is the camera time, else the local time of the file', () => {
  expect(findItem(library.store, spaceId, '1')).toMatchObject({ takenAt: '2020-05-01T10:00:00', takenAtIsFromCamera: true });
  expect(findItem(library.store, spaceId, '3')).toMatchObject({ takenAt: '2021-01-01T09:30:00', takenAtIsFromCamera: false });
});

test('pages of a document are items of their own', () => {
  const { store, embedder } = library;
  const contentId = store.db.prepare('SELECT content_id FROM files WHERE id = 3').pluck().get() as number;
  for (const page of [1, 2]) {
    putEmbedding(store, {
      spaceId,
      partId: ensurePart(store, contentId, page),
      vector: embedder.vectorOf({ page: 1 }),
      pass: 'fast',
      words: [],
    });
  }
  expect(findItem(store, spaceId, '3p2')).toMatchObject({ id: '3p2', page: 2, path: '/pictures/c.jpg' });
  expect(findItem(store, spaceId, '3p3')).toBeUndefined();
  expect(countItems(store, spaceId)).toBe(5);
});

test('what has no vector yet is listed by parts, not by vectors', () => {
  library.store.db.prepare('DELETE FROM embeddings WHERE part_id IN (SELECT id FROM parts ORDER BY id LIMIT 1)').run();
  expect(shapesPassing(library.store, spaceId, {}, 'part').keys.length).toBe(3);
  expect(shapesPassing(library.store, spaceId, {}, 'embedding').keys.length).toBe(1);
  expect(findItem(library.store, spaceId, '1')).toMatchObject({ key: null, words: [] });
});

test('a folder that is offline keeps its items, marked', () => {
  setOnline(library.store, 1, false);
  const { keys } = keysPassing(library.store, spaceId, {});
  expect(itemsOf(library.store, spaceId, [...keys], {}, 'embedding').map(({ offline }) => offline)).toEqual([true, true, true]);
});

test('a picture is found by the beginning of its hash', () => {
  const [key] = keysOfFiles(library.store, spaceId, [1]);
  expect(keyOfContent(library.store, spaceId, hashOf('x').slice(0, 32))).toBe(key?.key);
  expect(keyOfContent(library.store, spaceId, '0'.repeat(32))).toBeUndefined();
});

test('values in filters are never SQL or patterns', () => {
  for (const folder of ["'; DROP TABLE files; --", '%', '_', '!', '/%', '/pictures/_.jpg']) {
    expect(keysPassing(library.store, spaceId, { folder }).items).toBe(0);
  }
  expect(keysPassing(library.store, spaceId, { camera: '%' }).items).toBe(0);
  expect(countItems(library.store, spaceId)).toBe(3);
});

test('items are counted by type in one go, under any filter, each file of a content by itself', () => {
  library.add(
    { path: 'trips/d.png', shows: { cat: 1 }, type: 'png', camera: 'Nikon', takenAt: '2020-05-02T10:00:00' },
    { path: 'trips/e.heic', shows: { cat: 1 }, type: 'heic', camera: 'Nikon' },
    { path: 'trips/f.png', shows: { dog: 1 }, type: 'png' },
  );
  library.store.db.prepare('DELETE FROM embeddings WHERE part_id IN (SELECT id FROM parts ORDER BY id DESC LIMIT 1)').run();
  expect(countByType(library.store, {})).toEqual([
    { type: 'jpeg', items: 3 },
    { type: 'png', items: 2 },
    { type: 'heic', items: 1 },
  ]);
  expect(countByType(library.store, { folder: 'trips' })).toEqual([
    { type: 'png', items: 2 },
    { type: 'heic', items: 1 },
  ]);
  expect(countByType(library.store, { folder: '/pictures/trips', camera: 'nikon', types: ['png', 'jpeg'] })).toEqual([
    { type: 'png', items: 1 },
  ]);
  expect(countByType(library.store, { from: '2020-05-01', to: '2020-05-01' })).toEqual([{ type: 'jpeg', items: 2 }]);
  expect(countByType(library.store, { folder: 'nowhere' })).toEqual([]);
});
