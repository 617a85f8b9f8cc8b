/** @file Every state has an address, and an address that cannot be read shows less instead of failing. */
import { describe, expect, it } from 'vitest';
import { emptyQuery, type QueryState } from '../../renderer/query/query-state.ts';
import { everything, readPlace, writePlace } from '../../renderer/query/query-url.ts';

const states: Record<string, QueryState> = {
  nothing: emptyQuery,
  words: { ...emptyQuery, words: 'beach & sunset = 100% #1 + café' },
  'words in other scripts': { ...emptyQuery, words: '해변의 노을 שקיעה 🌅' },
  'a trailing space, since it is being typed': { ...emptyQuery, words: 'beach ' },
  'a picture of the library': { ...emptyQuery, picture: { kind: 'item', id: '12p3' } },
  'an uploaded picture with an edit': {
    ...emptyQuery,
    picture: { kind: 'upload', id: '0123456789abcdef0123456789abcdef' },
    edit: 'at night, in snow',
  },
  'a part of a picture, mostly as the edit says, by arithmetic': {
    ...emptyQuery,
    picture: { kind: 'item', id: '12', crop: { x: 0.1, y: 0.2, width: 0.55, height: 0.3 } },
    edit: 'at night',
    strength: 0.85,
    composition: 'arithmetic',
  },
  facts: {
    ...emptyQuery,
    words: 'beach',
    facts: [
      { text: 'july 2023', filters: { from: '2023-07-01', to: '2023-07-31' } },
      { text: 'Trips', filters: { folder: '/home/ana/Trips & "more"' } },
    ],
  },
  'literal words by date in stacks': { ...emptyQuery, words: 'july 2023', literal: true, order: 'date', group: true },
};

describe('an address', () => {
  for (const [name, query] of Object.entries(states)) {
    it(`holds ${name}`, () => {
      expect(readPlace(writePlace({ query, view: null }))).toEqual({ query, view: null });
    });
  }

  it('holds the open picture', () => {
    expect(readPlace(writePlace({ query: emptyQuery, view: '7' })).view).toBe('7');
  });

  it('is empty for everything', () => {
    expect(writePlace(everything)).toBe('');
  });
});

describe('an address that cannot be read', () => {
  it.each([
    '?like=item:../../etc',
    '?like=upload:zz',
    '?like=item',
    '?fact=not json',
    '?fact={"text":"x"}',
    '?fact=["a","b",{"from":"yesterday"}]',
    '?fact=[1,2,{}]',
    '?fact=["a"]',
    '?view=../x',
    '?order=sideways&group=yes&literal=maybe',
    '?edit=at night',
    '?crop=0 0 1 1&strength=0.2&way=arithmetic',
  ])('is everything: %s', (search) => {
    expect(readPlace(search)).toEqual(everything);
  });

  it.each(['0 0 1', '0 0 2 1', '0.6 0 0.6 1', '0 0 0 0', 'a b c d', '', '0 0 .5 .5 .5'])('shows the whole picture: crop=%s', (crop) => {
    expect(readPlace(`?like=item:1&crop=${crop}`).query.picture).toEqual({ kind: 'item', id: '1' });
  });

  it.each(['2', '-1', 'much', '', ' ', 'NaN'])('stays in the middle: strength=%s', (strength) => {
    expect(readPlace(`?like=item:1&strength=${strength}`).query.strength).toBe(0.5);
  });

  it('leaves the way to the engine: way=magic', () => {
    expect(readPlace('?like=item:1&way=magic').query.composition).toBeNull();
  });

  it('keeps the parts that can', () => {
    expect(readPlace('?q=beach&fact=[]&like=nothing&order=date').query).toEqual({ ...emptyQuery, words: 'beach', order: 'date' });
  });
});
