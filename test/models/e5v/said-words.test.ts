/** @file From tokens to the words that people read. */
import { expect, it } from 'vitest';
import { wordsOf } from '../../../models/e5v/said-words.ts';

const vocabulary = [' Dog', 'dog', 'DOG', '.', 'a', '개', '', ' sun-set', '12', 'hund'];
const decode = (id: number) => vocabulary[id] ?? '';

it('counts the spellings of a word together and leaves out signs, digits and scraps', () => {
  const guesses = [0.2, 0.1, 0.05, 0.2, 0.15, 0.1, 0.05, 0.08, 0.04, 0.03].map((probability, id) => ({ id, probability }));
  const words = wordsOf(guesses, decode, 3);
  expect(words.map(({ text }) => text)).toEqual(['dog', '개', 'sun-set']);
  expect(words[0]?.probability).toBeCloseTo(0.35);
});
