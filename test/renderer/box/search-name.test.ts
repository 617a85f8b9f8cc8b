/** @file The name that is proposed for a search. */
import { expect, it } from 'vitest';
import { searchName } from '../../../renderer/box/search-name.ts';
import { en } from '../../../renderer/messages/en.ts';
import { emptyQuery, withFact, withPicture, withWords } from '../../../renderer/query/query-state.ts';

const words = { filters: en.filters, searches: { likePicture: 'Like a picture', withEdit: (edit: string) => `A picture, ${edit}` } };
const july = { text: 'july 2023', filters: { from: '2023-07-01', to: '2023-07-31' } };
const cat = withPicture(emptyQuery, { kind: 'item', id: '1' }, 'edit');

it('a search is called by its words and filters', () => {
  expect(searchName(withFact(withWords(emptyQuery, ' beach '), july), words)).toBe('beach · July 2023');
  expect(searchName(withFact(emptyQuery, july), words)).toBe('July 2023');
});

it('a search with a picture is called by its edit, if it has one', () => {
  expect(searchName(cat, words)).toBe('Like a picture');
  expect(searchName(withWords({ ...cat, edit: 'at night' }, 'in snow'), words)).toBe('A picture, at night, in snow');
});

it('a long name is cut between characters', () => {
  const name = searchName(withWords(emptyQuery, '👩‍👩‍👧'.repeat(100)), words);
  expect(name).toBe(`${'👩‍👩‍👧'.repeat(79)}…`);
});
