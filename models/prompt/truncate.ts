/** @file Long texts: how much of what the user wrote fits. */
import type { Prompt } from './tokenizer.ts';

type Task = {
  /** Of the whole prompt; more than `maxTokens`. */
  readonly ids: readonly number[];
  encode(prompt: Prompt): number[];
  readonly maxTokens: number;
};

/** Tokens that may stay unused, so that the search ends early: encoding again costs more than they say. */
const slack = 4;
const maxTries = 16;

/**
 * The ids with as much of the beginning of the user's text as fits. Cutting tokens off would be simpler, but the last word would then be
 * tokenised by what followed it. The number of tokens grows nearly evenly with the text, so that few tries find the place.
 */
export function longestThatFits(prompt: Prompt, { ids, encode, maxTokens }: Task): number[] {
  let fits = { characters: 0, ids: encode(withFirst(prompt, 0)) };
  let over = { characters: userLength(prompt), tokens: ids.length };
  for (let tries = 0; tries < maxTries && over.characters - fits.characters > 1 && maxTokens - fits.ids.length > slack; tries++) {
    const perToken = (over.characters - fits.characters) / Math.max(1, over.tokens - fits.ids.length);
    const guess = fits.characters + Math.floor(perToken * (maxTokens - fits.ids.length));
    // Every third try halves what is left, in case the text is uneven.
    const middle = (fits.characters + over.characters) >> 1;
    const characters = Math.min(over.characters - 1, Math.max(fits.characters + 1, tries % 3 === 2 ? middle : guess));
    const found = encode(withFirst(prompt, characters));
    if (found.length <= maxTokens) fits = { characters, ids: found };
    else over = { characters, tokens: found.length };
  }
  return fits.ids;
}

function userLength(prompt: Prompt): number {
  return prompt.reduce((sum, piece) => sum + ('user' in piece ? piece.user.length : 0), 0);
}

/** The prompt with the first `characters` UTF-16 units of the user's pieces; a character of two units is kept or left out whole. */
function withFirst(prompt: Prompt, characters: number): Prompt {
  let left = characters;
  return prompt.map((piece) => {
    if (!('user' in piece)) return piece;
    const user = piece.user.slice(0, left);
    left -= user.length;
    return { user: user.isWellFormed() ? user : user.replace(/[\ud800-\udbff]$/, '') };
  });
}
