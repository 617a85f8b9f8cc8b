/**
 * @file Tokens that are found in a text before it is tokenised (`<image>`, `<|eot_id|>`, `<s>`): the text is cut at them.
 * Reference: `AddedVocabulary` of the tokenizers library. Ours and not the JavaScript library's, because only here can a token be
 * looked for in one part of a prompt and not in another.
 */
import { withoutSpaceAfter, withoutSpaceBefore } from './white-space.ts';

export type AddedToken = {
  readonly id: number;
  readonly content: string;
  /** Swallows white space before it, after it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly special: boolean;
  /** Only where no letter, digit or underscore touches it. */
  readonly single_word: boolean;
  /** Looked for in the normalised text, in its own normalised spelling. */
  readonly normalized: boolean;
};

/** A part of a text. `user`: tokens are not looked for in it. */
export type Piece = { readonly text: string; readonly user: boolean };

/** `plain`: tokens that are not special are found in the user's text too. */
export type Finding = { readonly inUserText: 'none' | 'plain' };

/** Cuts a text at its added tokens; what lies between them comes normalised. */
export type Cutter = (pieces: readonly Piece[]) => (AddedToken | string)[];

export function openCutter(tokens: Iterable<AddedToken>, normalise: (text: string) => string, finding: Finding): Cutter {
  const [written, normalised]: [Map<string, AddedToken>, Map<string, AddedToken>] = [new Map(), new Map()];
  for (const token of tokens) {
    if (token.normalized) normalised.set(normalise(token.content), token);
    else written.set(token.content, token);
  }
  const [first, second] = [finderOf(written, finding), finderOf(normalised, finding)];
  return (pieces) =>
    cut(pieces, first).flatMap((part) => {
      if (!Array.isArray(part)) return [part];
      const text = normalise(textOf(part));
      if (!second.found(text)) return text === '' ? [] : [text];
      return cut(normalisedPieces(part, text, normalise), second).map((part) => (Array.isArray(part) ? textOf(part) : part));
    });
}

type Found = { readonly token: AddedToken; readonly from: number; readonly to: number };
type Finder = { found(text: string): boolean; all(text: string, pieces: readonly Piece[]): Found[] };

/** At each place the longest token. */
function finderOf(tokens: ReadonlyMap<string, AddedToken>, { inUserText }: Finding): Finder {
  const longestFirst = [...tokens].filter(([spelling]) => spelling !== '').sort(([a], [b]) => b.length - a.length);
  if (longestFirst.length === 0) return { found: () => false, all: () => [] };
  const source = longestFirst.map(([spelling]) => escaped(spelling)).join('|');
  return {
    found: (text) => new RegExp(source).test(text),
    all(text, pieces) {
      const pattern = new RegExp(source, 'g');
      const ranges = rangesOf(pieces);
      const mayBe = (token: AddedToken, from: number, to: number): boolean =>
        (inUserText === 'plain' && !token.special) || ranges.some((range) => from >= range.from && to <= range.to);
      const found: Found[] = [];
      for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
        const from = match.index;
        const longest = longestFirst.find(
          ([spelling, token]) => text.startsWith(spelling, from) && mayBe(token, from, from + spelling.length),
        );
        if (!longest) {
          pattern.lastIndex = from + 1;
          continue;
        }
        const [spelling, token] = longest;
        const to = from + spelling.length;
        pattern.lastIndex = to;
        if (!token.single_word || standsAlone(text, from, to)) found.push({ token, from, to });
      }
      return found;
    },
  };
}

/** Where the template's text is; pieces side by side are one. */
function rangesOf(pieces: readonly Piece[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  let from = 0;
  for (const { text, user } of pieces) {
    const to = from + text.length;
    const last = ranges.at(-1);
    if (!user && last?.to === from) last.to = to;
    else if (!user) ranges.push({ from, to });
    from = to;
  }
  return ranges;
}

function standsAlone(text: string, from: number, to: number): boolean {
  return !/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]$/u.test(text.slice(0, from)) && !/^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u.test(text.slice(to));
}

/** The tokens, and the pieces between them. */
function cut(pieces: readonly Piece[], finder: Finder): (AddedToken | Piece[])[] {
  const text = textOf(pieces);
  const parts: (AddedToken | Piece[])[] = [];
  let done = 0;
  const keep = (to: number): void => {
    const kept = sliced(pieces, done, to);
    if (kept.length > 0) parts.push(kept);
  };
  for (const { token, from, to } of finder.all(text, pieces)) {
    keep(token.lstrip ? done + withoutSpaceAfter(text.slice(done, from)).length : from);
    parts.push(token);
    done = token.rstrip ? text.length - withoutSpaceBefore(text.slice(to)).length : to;
  }
  keep(text.length);
  return parts;
}

function sliced(pieces: readonly Piece[], from: number, to: number): Piece[] {
  let start = 0;
  return pieces.flatMap(({ text, user }) => {
    const part = text.slice(Math.max(0, from - start), Math.max(0, to - start));
    start += text.length;
    return part === '' ? [] : [{ text: part, user }];
  });
}

/** Which part of the normalised text is whose: a piece ends where the text up to its end, normalised by itself, is still the same. */
function normalisedPieces(pieces: readonly Piece[], normalised: string, normalise: (text: string) => string): Piece[] {
  let written = '';
  let from = 0;
  return pieces.map(({ text, user }, i) => {
    written += text;
    const to = i === pieces.length - 1 ? normalised.length : Math.max(from, sharedLength(normalise(written), normalised));
    const piece = { text: normalised.slice(from, to), user };
    from = to;
    return piece;
  });
}

function sharedLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
