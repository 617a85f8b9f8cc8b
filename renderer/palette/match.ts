/**
 * @file Finds commands by a few letters of a few words, in any order. Without React.
 *
 * Every word that was typed must be found in the title or in the command's other words: as a whole word, its beginning, a part of it, the first
 * letters of several words, or at least its letters in order. How well each is found adds up; what was used lately wins a tie.
 */

export type Findable = {
  readonly title: string;
  /** Other words that people may look for. */
  readonly words?: string;
};

/** How well a typed word is found. */
const whole = 8;
const beginning = 6;
const initials = 4;
const inside = 3;
const scattered = 1;
/** The title says it, not only the other words. */
const inTitle = 1.5;

/** Best first; all of them, in the order given, where nothing was typed. `recency`: larger is later, 0 is never. */
export function findByWords<T extends Findable>(typed: string, all: readonly T[], recency: (entry: T) => number): T[] {
  const wanted = wordsOf(typed);
  if (wanted.length === 0) return [...all];
  return all
    .map((entry, at) => ({ entry, at, score: scoreOf(wanted, entry), recency: recency(entry) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || b.recency - a.recency || a.at - b.at)
    .map(({ entry }) => entry);
}

/** 0 where a word is not found at all. */
function scoreOf(wanted: readonly string[], { title, words = '' }: Findable): number {
  const inWords = wordsOf(title);
  const others = wordsOf(words);
  const scores = wanted.map((word) => Math.max(inTitle * bestOf(word, inWords), bestOf(word, others)));
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0);
}

function bestOf(wanted: string, words: readonly string[]): number {
  const isAcronym =
    wanted.length > 1 &&
    words
      .map((word) => word[0])
      .join('')
      .includes(wanted);
  return Math.max(isAcronym ? initials : 0, ...words.map((word) => likeness(wanted, word)));
}

function likeness(wanted: string, word: string): number {
  if (word === wanted) return whole;
  if (word.startsWith(wanted)) return beginning;
  // One letter is somewhere in everything.
  if (wanted.length < 2) return 0;
  if (word.includes(wanted)) return inside;
  return word[0] === wanted[0] && isInOrder(wanted, word) ? scattered : 0;
}

function isInOrder(letters: string, word: string): boolean {
  let at = -1;
  return [...letters].every((letter) => {
    at = word.indexOf(letter, at + 1);
    return at !== -1;
  });
}

/** Lower case, without accents; Hangul in its letters, so that half a syllable finds the whole one. */
function wordsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}
