/** @file Why a picture is here, in one line: what it says, what was asked, the text that matched. */
import type { Hit, SearchPage } from '../../core/api/query.ts';
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
