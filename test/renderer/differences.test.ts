/** @file What sets two pictures apart: only what is known is said, and only where it differs. */
import { describe, expect, it } from 'vitest';
import type { ItemDetail } from '../../core/api/library.ts';
import { readPair, writePair } from '../../renderer/compare/comparison.ts';
import { differencesOf, findingsOf, namesOf } from '../../renderer/compare/differences.ts';
import { en } from '../../renderer/messages/en.ts';

const plain: ItemDetail = {
  id: '1',
  path: '/a/one.jpg',
  name: 'one.jpg',
  folder: '/a',
  type: 'jpeg',
  bytes: 1_000_000,
  width: 4000,
  height: 3000,
  colour: '#808080',
  version: 'aaaa',
  takenAt: '2026-01-01T12:00:00',
  takenAtIsFromCamera: true,
  camera: 'Canon EOS R5',
  lens: null,
  exposure: null,
  place: null,
  rating: null,
  people: null,
  words: [],
  copies: [],
  offline: false,
  starred: false,
  collections: [],
};
const other = (change: Partial<ItemDetail>): ItemDetail => ({
  ...plain,
  id: '2',
  path: '/a/two.jpg',
  name: 'two.jpg',
  version: 'bbbb',
  ...change,
});

describe('findings', () => {
  it('say which has more pixels, which file is larger, and which is newer', () => {
    const second = other({ width: 2000, height: 1500, bytes: 3_000_000, takenAt: '2026-01-03T12:00:00' });
    expect(findingsOf(plain, second, en)).toEqual([
      'one.jpg has more pixels, 4 times as many: it can show finer detail.',
      'two.jpg has the larger file, 3 MB against 1 MB.',
      'two.jpg is newer, by 2 days.',
    ]);
  });

  it('never say that more is as much', () => {
    expect(findingsOf(plain, other({ width: 4160 }), en)).toEqual([
      'two.jpg has more pixels, 1.04 times as many: it can show finer detail.',
    ]);
  });

  it('say nothing of what is the same to people', () => {
    expect(findingsOf(plain, other({ bytes: 1_000_400, takenAt: '2026-01-01T12:00:01' }), en)).toEqual([
      'Both have the same number of pixels.',
    ]);
  });

  it('say that two files hold the same picture', () => {
    expect(findingsOf(plain, other({ version: 'aaaa' }), en)).toEqual(['Both files hold exactly the same picture.']);
  });

  it('tell two files of one name apart', () => {
    expect(namesOf(plain, other({ name: 'one.jpg' }), en)).toEqual(['one.jpg (First)', 'one.jpg (Second)']);
  });
});

describe('differences', () => {
  it('list what differs, and what is known of one alone', () => {
    const second = other({ camera: null, lens: 'RF 50mm', rating: 4 });
    expect(differencesOf(plain, second, en)).toEqual([
      { label: 'Camera', first: 'Canon EOS R5', second: null },
      { label: 'Lens', first: null, second: 'RF 50mm' },
      { label: 'Rating', first: null, second: '4 of 5' },
      { label: 'Path', first: '/a/one.jpg', second: '/a/two.jpg' },
    ]);
  });

  it('set a camera’s date apart from a file’s', () => {
    const second = other({ takenAtIsFromCamera: false, takenAt: '2026-02-01T12:00:00' });
    expect(differencesOf(plain, second, en).map(({ label }) => label)).toEqual(['Taken', 'File date', 'Path']);
  });
});

describe('the address of a comparison', () => {
  it('stands beside whatever is in the address', () => {
    expect(writePair('?q=beach&view=3', ['3', '12p4'])).toBe('?q=beach&view=3&compare=3%2C12p4');
    expect(readPair('?q=beach&view=3&compare=3%2C12p4')).toEqual(['3', '12p4']);
    expect(writePair('?q=beach&compare=3%2C4', null)).toBe('?q=beach');
    expect(writePair('?compare=3%2C4', null)).toBe('');
  });

  it('compares nothing where it is mistyped', () => {
    for (const search of ['', '?compare=', '?compare=3', '?compare=3,3', '?compare=3,x', '?compare=1,2,3'])
      expect(readPair(search)).toBeNull();
  });
});
