/** @file Why a picture is here, in one line: what it says, what was asked, the text that matched; and who put it here. */
import type { Hit, SearchPage, Why } from '../../core/api/query.ts';
import type { Messages } from '../messages/messages.ts';

export const matchStart = '\u0002';
export const matchEnd = '\u0003';

type Asked = SearchPage['understood']['says'];

export function whyLine(hit: Hit, asked: Asked, messages: Messages): string {
  const parts: string[] = [];
  const says = listWords(hit.why.words, 2);
  if (says) parts.push(messages.why.says(says));
  const wanted = listWords(asked, 2);
  if (wanted) parts.push(messages.why.asked(wanted));
  if (hit.why.text) parts.push(messages.why.text(plainSnippet(hit.why.text.snippet)));
  return parts.length > 0 ? parts.join(' · ') : hit.name;
}

function listWords(words: Asked, most: number): string {
  return words
    .slice(0, most)
    .map((word) => word.text)
    .join(', ');
}

function plainSnippet(snippet: string): string {
  return splitSnippet(snippet)
    .map((piece) => piece.text)
    .join('');
}

/** What ranked a picture, for people. Where two engines answer each goes by its own name. */
export function rankedBy(source: string, { why }: Messages): string {
  return isOwnSource(source, why.sources) ? why.sources[source] : why.shownBy(source);
}

/** Two engines give scores that have nothing in common. */
export function hasTwoEngines(ranks: Why['ranks'], { why }: Messages): boolean {
  return ranks.filter(({ source }) => !isOwnSource(source, why.sources)).length > 1;
}

type Sources = Messages['why']['sources'];

function isOwnSource(source: string, sources: Sources): source is keyof Sources {
  return Object.hasOwn(sources, source);
}

/** A snippet as pieces, matches marked. */
export function splitSnippet(snippet: string): { text: string; match: boolean }[] {
  return snippet
    .split(matchStart)
    .flatMap((part, at) => {
      if (at === 0) return [{ text: part, match: false }];
      const [match = '', ...rest] = part.split(matchEnd);
      return [
        { text: match, match: true },
        { text: rest.join(''), match: false },
      ];
    })
    .filter((piece) => piece.text !== '');
}
