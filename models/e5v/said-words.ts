/**
 * @file From tokens to words: what a vector says "in one word" is the language model's head read as a list of words.
 * "dog", " Dog" and " dogs" are tokens of their own; spellings of one word are counted together, scraps of words and signs are left out.
 */
import type { Word } from '../../core/indexing/embedder.ts';

export type TokenGuess = { readonly id: number; readonly probability: number };

/** How many tokens to look at for k words. */
export const tokensFor = (k: number): number => 6 * k + 8;

export function wordsOf(guesses: readonly TokenGuess[], decode: (id: number) => string, k: number): Word[] {
  const words = new Map<string, number>();
  for (const { id, probability } of guesses) {
    const text = decode(id).trim().toLocaleLowerCase('en');
    if (isWord(text)) words.set(text, (words.get(text) ?? 0) + probability);
  }
  return [...words]
    .map(([text, probability]) => ({ text, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, k);
}

/** Letters of any script; a single Latin letter is no word. */
function isWord(text: string): boolean {
  return /^[\p{L}\p{M}][\p{L}\p{M}\p{N}'’-]*$/u.test(text) && !/^[a-z]$/.test(text);
}
