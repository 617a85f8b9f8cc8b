/**
 * @file Tokens that are found in a text before it is tokenised (`<image>`, `<|eot_id|>`, `<s>`): the text is cut at them.
 * Reference: `AddedVocabulary` of the tokenizers library. Ours and not the JavaScript library's, because only here can a token be
 * looked for in one part of a prompt and not in another.
 */
import { AppError } from '../../core/api/errors.ts';

export type AddedToken = {
  readonly id: number;
  readonly content: string;
  /** Swallows white space before it, after it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly special: boolean;
};

/** As files state it. */
export type StatedToken = AddedToken & { readonly single_word: boolean; readonly normalized: boolean };

/** Finds tokens in text: at each place the longest one. */
export type TokenFinder = { pieces(text: string): (string | AddedToken)[] };

/**
 * Fails with model-invalid for tokens that are looked for in another way than letter by letter in the text as it stands.
 * `normalises`: the tokenizer changes text before it tokenises.
 */
export function checkAddedTokens(tokens: readonly StatedToken[], normalises: boolean, file: string): void {
  const strange = tokens.find(({ single_word, normalized }) => single_word || (normalized && normalises));
  if (!strange) return;
  const how = strange.single_word ? 'as a whole word only (single_word)' : 'in normalised text (normalized)';
  throw new AppError(
    'model-invalid',
    `${file}: the token ${JSON.stringify(strange.content)} is to be found ${how}, which is not supported.`,
  );
}

export function tokenFinder(tokens: Iterable<AddedToken>): TokenFinder {
  const byContent = new Map<string, AddedToken>();
  for (const token of tokens) if (token.content !== '') byContent.set(token.content, token);
  const longestFirst = [...byContent.keys()].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return { pieces: (text) => [text] };
  const pattern = new RegExp(`(${longestFirst.map(escaped).join('|')})`, 'u');
  return {
    pieces: (text) =>
      text
        .split(pattern)
        .map((piece) => byContent.get(piece) ?? piece)
        .filter((piece) => piece !== ''),
  };
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
