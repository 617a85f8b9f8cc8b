/** @file Finding files by their names and folders, with real FTS5 tables. */
import Database from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import { up } from '../../core/store/migrations/0001-library.ts';
import { findWords, indexFileWords, removeFileWords, wordsOf } from '../../core/store/words.ts';

let store: { db: Database.Database };

beforeEach(() => {
  const db = new Database(':memory:');
  up(db);
  store = { db };
});

function add(...paths: string[]): void {
  paths.forEach((path, at) => {
    indexFileWords(store, at + 1, path, '/home/ann/Pictures');
  });
}

const find = (text: string): number[] => findWords(store, text, 100).map((match) => match.fileId);

test('every word must be in the name or in the folder', () => {
  add('/home/ann/Pictures/Trips/2019/red boat.jpg', '/home/ann/Pictures/Trips/red car.jpg');
  expect(find('red')).toEqual([1, 2]);
  expect(find('red boat')).toEqual([1]);
  expect(find('trips car')).toEqual([2]);
  expect(find('blue boat')).toEqual([]);
});

test("the watched folder's own name counts, folders above it do not", () => {
  add('/home/ann/Pictures/a.jpg');
  expect(find('pictures')).toEqual([1]);
  expect(find('ann')).toEqual([]);
});

test('an exact name comes first, with or without its extension', () => {
  add('/home/ann/Pictures/IMG_12345.jpg', '/home/ann/Pictures/IMG_1234.jpg');
  expect(findWords(store, 'IMG_1234', 10).map((match) => [match.fileId, match.exact])).toEqual([
    [2, true],
    [1, false],
  ]);
  expect(find('img_1234.JPG')[0]).toBe(2);
});

test('a short word does not match inside a longer one, a number does', () => {
  add('/home/ann/Pictures/vacation.jpg', '/home/ann/Pictures/P1020304.jpg');
  expect(find('cat')).toEqual([]);
  expect(find('0203')).toEqual([2]);
});

test('a word of five letters finds its longer forms', () => {
  add('/home/ann/Pictures/beaches of Crete.jpg');
  expect(find('beach')).toEqual([1]);
  expect(find('crete beach')).toEqual([1]);
});

test('composed and decomposed spellings, accents and case are one', () => {
  add('/home/ann/Pictures/Cafe\u0301/Mu\u0308ller.png');
  expect(find('caf\u00e9')).toEqual([1]);
  expect(find('cafe')).toEqual([1]);
  expect(find('M\u00fcller')).toEqual([1]);
  expect(findWords(store, 'muller', 1)[0]?.snippet).toBe('\u0002M\u00fcller\u0003.png');
});

test('scripts without spaces are found by any part, also of one or two characters', () => {
  add('/home/ann/Pictures/旅行/東京タワー.jpg', '/home/ann/Pictures/서울의밤.jpg');
  expect(find('東京')).toEqual([1]);
  expect(find('京')).toEqual([1]);
  expect(find('東京タ')).toEqual([1]);
  expect(find('旅行 タワー')).toEqual([1]);
  expect(find('서울')).toEqual([2]);
});

test('a snippet marks what matched, in the folder when the name alone does not explain it', () => {
  add('/home/ann/Pictures/Norway Trip/boat-01.jpg');
  expect(findWords(store, 'the boat', 1)).toEqual([{ fileId: 1, exact: false, field: 'name', snippet: '\u0002boat\u0003-01.jpg' }]);
  expect(findWords(store, 'norway', 1)[0]).toMatchObject({ field: 'folder', snippet: 'Pictures/\u0002Norway\u0003 Trip' });
});

test('stop words are dropped, unless there is nothing else', () => {
  expect(wordsOf('a photo of the "Eiffel tower"!')).toEqual(['photo', 'Eiffel', 'tower']);
  expect(wordsOf('to be')).toEqual(['to', 'be']);
  add('/home/ann/Pictures/cat.jpg');
  expect(find('a cat')).toEqual([1]);
});

test('what is typed is never query syntax', () => {
  add('/home/ann/Pictures/a"b (NEAR) name:x*.jpg');
  for (const text of [
    '"',
    '"a',
    'a" OR "x',
    'NOT',
    'cat OR dog',
    'name:cat',
    '^cat',
    '(',
    'a*',
    '-cat',
    '{name}: x',
    'NEAR(a b)',
    "'; DROP TABLE files",
    '%',
    '_',
    '\u0000',
  ])
    expect(() => find(text)).not.toThrow();
  expect(find('a"b')).toEqual([1]);
  expect(find('%')).toEqual([]);
  expect(find('x OR zebra')).toEqual([]);
});

test('a long sentence is not a name', () => {
  add('/home/ann/Pictures/dog.jpg');
  expect(find('dog '.repeat(500))).toEqual([]);
});

test('a renamed file is found by its new name only, a removed one not at all', () => {
  add('/home/ann/Pictures/first.jpg');
  indexFileWords(store, 1, '/home/ann/Pictures/second.jpg', '/home/ann/Pictures');
  expect(find('first')).toEqual([]);
  expect(find('second')).toEqual([1]);
  removeFileWords(store, [1]);
  expect(find('second')).toEqual([]);
});
