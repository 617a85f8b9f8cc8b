/** @file Chips and words: what each change makes of the query, and what is sent. */
import { describe, expect, it } from 'vitest';
import type { PictureRef, RecognisedFact } from '../../core/api/query.ts';
import {
  acceptFact,
  cleared,
  commitWords,
  emptyQuery,
  isEverything,
  mergeFilters,
  orderOf,
  toQuery,
  turnBackLastChip,
  withComposition,
  withCrop,
  withFact,
  withoutFact,
  withoutPicture,
  withPicture,
  withStrength,
  withWords,
} from '../../renderer/query/query-state.ts';

const picture: PictureRef = { kind: 'item', id: '12' };
const july: RecognisedFact = {
  text: 'july 2023',
  start: 6,
  end: 15,
  filters: { from: '2023-07-01', to: '2023-07-31' },
  label: 'July 2023',
};
const words = (text: string) => withWords(emptyQuery, text);

describe('words', () => {
  it('are searched for as they are typed, without the space around them', () => {
    expect(toQuery(words(' beach '))).toEqual({ text: 'beach' });
  });

  it('show everything by date when there are none', () => {
    expect(isEverything(words('  '))).toBe(true);
    expect(toQuery(words('  '))).toEqual({});
    expect(orderOf(words(''))).toBe('date');
    expect(orderOf(words('beach'))).toBe('relevance');
  });
});

describe('a picture', () => {
  it('forgets the words when pictures like it are wanted', () => {
    expect(toQuery(withPicture(words('beach'), picture, 'like'))).toEqual({ picture });
  });

  it('takes words that were typed before a file was dropped as what should be different', () => {
    const upload: PictureRef = { kind: 'upload', id: '0123456789abcdef0123456789abcdef' };
    expect(toQuery(withPicture(words('at night'), upload, 'edit'))).toEqual({ picture: upload, edit: 'at night' });
  });

  it('forgets the words that led to the result from which an edit is started', () => {
    expect(toQuery(withPicture(words('rocket'), picture, 'edit'))).toEqual({ picture });
  });

  it('takes what is typed as the edit before and after it becomes a chip', () => {
    const typed = withWords(withPicture(emptyQuery, picture, 'edit'), 'at night');
    const chip = commitWords(typed);
    expect(toQuery(chip)).toEqual(toQuery(typed));
    expect(chip).toMatchObject({ edit: 'at night', words: '' });
  });

  it('adds further edits to the first', () => {
    const first = commitWords(withWords(withPicture(emptyQuery, picture, 'edit'), 'at night'));
    expect(toQuery(withWords(first, 'with snow'))).toEqual({ picture, edit: 'at night, with snow' });
    expect(commitWords(withWords(first, 'with snow'))).toMatchObject({ edit: 'at night, with snow', words: '' });
  });

  it('leaves the edit behind as words when it is taken out', () => {
    const edited = commitWords(withWords(withPicture(emptyQuery, picture, 'edit'), 'at night'));
    expect(toQuery(withoutPicture(edited))).toEqual({ text: 'at night' });
  });
});

describe('how picture and edit are mixed', () => {
  const edited = commitWords(withWords(withPicture(emptyQuery, picture, 'edit'), 'at night'));

  it('is asked for only where it differs from what the engine does by itself', () => {
    expect(toQuery(edited)).toEqual({ picture, edit: 'at night' });
    expect(toQuery(withComposition(withStrength(edited, 0.8), 'arithmetic'))).toEqual({
      picture,
      edit: 'at night',
      strength: 0.8,
      composition: 'arithmetic',
    });
  });

  it('means nothing without an edit', () => {
    expect(toQuery({ ...edited, edit: '', strength: 0.8, composition: 'arithmetic' })).toEqual({ picture });
  });

  it('stays on the steps of the slider and inside of it', () => {
    expect([0.7000000000000001, 0.333, -1, 7].map((value) => withStrength(edited, value).strength)).toEqual([0.7, 0.35, 0, 1]);
  });

  it('is in the middle again with another picture; the way stays', () => {
    const next = withPicture(withComposition(withStrength(edited, 0.8), 'arithmetic'), { kind: 'item', id: '13' }, 'edit');
    expect(next).toMatchObject({ strength: 0.5, composition: 'arithmetic' });
  });
});

describe('a part of a picture', () => {
  const crop = { x: 0.1, y: 0.2, width: 0.5, height: 0.5 };

  it('is searched with, and given up for the whole', () => {
    const part = withCrop(withPicture(emptyQuery, picture, 'like'), crop);
    expect(toQuery(part)).toEqual({ picture: { ...picture, crop } });
    expect(toQuery(withCrop(part, null))).toEqual({ picture });
  });

  it('needs a picture', () => {
    expect(withCrop(emptyQuery, crop)).toBe(emptyQuery);
  });
});

describe('facts', () => {
  it('leave the words and become filters', () => {
    const state = acceptFact(words('beach july 2023 sunset'), july);
    expect(state.words).toBe('beach sunset');
    expect(toQuery(state)).toEqual({ text: 'beach sunset', filters: july.filters });
  });

  it('are not taken from words that have changed since', () => {
    const state = words('bench july 2024');
    expect(acceptFact(state, july)).toBe(state);
  });

  it('turn back into words that mean themselves', () => {
    const state = turnBackLastChip(acceptFact(words('beach july 2023'), july));
    expect(state.facts).toEqual([]);
    expect(toQuery(state)).toEqual({ text: 'july 2023 beach', literal: true });
  });

  it('may be recognised again once the box was empty', () => {
    const literal = turnBackLastChip(acceptFact(words('beach july 2023'), july));
    expect(withWords(literal, '').literal).toBe(false);
  });

  it('are there once, and can be taken out', () => {
    const once = withFact(withFact(emptyQuery, july), july);
    expect(once.facts).toHaveLength(1);
    expect(withoutFact(once, 0).facts).toEqual([]);
  });

  it('add up where they name types; of the rest the last one counts', () => {
    const facts = [
      { text: 'png', filters: { types: ['png' as const], people: 1 } },
      { text: 'gif', filters: { types: ['gif' as const], people: 2 } },
    ];
    expect(mergeFilters(facts)).toEqual({ types: ['png', 'gif'], people: 2 });
  });

  it('narrow the wall without words, by date', () => {
    const state = withFact(emptyQuery, july);
    expect(isEverything(state)).toBe(false);
    expect(orderOf(state)).toBe('date');
  });
});

describe('Backspace at the start of the words', () => {
  it('turns back facts, then the edit, then takes the picture out', () => {
    const full = withFact(commitWords(withWords(withPicture(emptyQuery, picture, 'edit'), 'at night')), july);
    const withoutDate = turnBackLastChip(full);
    expect(withoutDate).toMatchObject({ facts: [], edit: 'at night', words: 'july 2023' });
    const editing = turnBackLastChip({ ...withoutDate, words: '' });
    expect(editing).toMatchObject({ edit: '', words: 'at night', picture });
    expect(turnBackLastChip(editing)).toMatchObject({ picture: null, words: 'at night' });
  });

  it('changes nothing in an empty box', () => {
    expect(turnBackLastChip(emptyQuery)).toBe(emptyQuery);
  });
});

it('clearing the box keeps how the wall is ordered', () => {
  const state = withFact({ ...words('beach'), order: 'date', group: true }, july);
  expect(cleared(state)).toEqual({ ...emptyQuery, order: 'date', group: true });
});
