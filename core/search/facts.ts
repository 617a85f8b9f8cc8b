/**
 * @file Facts in plain words become filters: dates, file types, numbers of people, and `key:value`.
 * What is not surely a fact stays a word: "two people" and "portrait of a man" are for the engine, "2 people" and
 * "orientation:portrait" are facts; "raw" is one beside "photos" or alone, since fish can be raw too.
 */
import { hasCode } from '../api/errors.ts';
import { type FileType, type Filters, fileTypes, type RecognisedFact } from '../api/query.ts';
import { findDays } from './dates.ts';
import { fileTypeOf, filterKeys, keyValue, labelsOf, readFilter, spellings } from './filters.ts';

export type Understood = {
  /** The words left after the facts. */
  readonly words: string;
  readonly facts: RecognisedFact[];
  /** All facts together. */
  readonly filters: Filters;
};

/** Facts in the order in which they stand. */
export function recogniseFacts(text: string, now: Date): RecognisedFact[] {
  return understand(text, now).facts;
}

export function understand(text: string, now: Date): Understood {
  const facts: RecognisedFact[] = [];
  // Recognised text is blanked out, so that no two facts share a word and nothing is read across the gap.
  let open = text;
  const take = (start: number, end: number, filters: Filters): void => {
    facts.push({ text: text.slice(start, end), start, end, filters, label: labelsOf(filters).join(', ') });
    open = open.slice(0, start) + gap.repeat(end - start) + open.slice(end);
  };

  for (const match of text.matchAll(keyValue)) {
    const filters = filtersOf(match[1] ?? '', match[2] ?? match[3] ?? '', now);
    if (filters) take(match.index, match.index + match[0].length, filters);
  }
  for (const match of open.matchAll(people)) take(match.index, match.index + match[0].length, { people: Number(match[1]) });
  const days = findDays(open, now);
  if (days) take(days.start, days.end, days.days);
  for (const match of open.matchAll(types)) {
    const named = new Set((match[1] ?? '').split(/[\s,]+/u).map(fileTypeOf));
    take(match.index, match.index + match[0].length, { types: fileTypes.filter((type) => named.has(type)) });
  }
  if (wordsIn(open).toLowerCase() === 'raw') {
    const start = open.toLowerCase().indexOf('raw');
    take(start, start + 3, { types: ['raw'] });
  }

  facts.sort((a, b) => a.start - b.start);
  return { words: wordsIn(open), facts, filters: together(facts) };
}

const gap = '\u0000';
const people = /(?<![^\s,;(\0])(\d{1,3})\s+(?:people|persons?)(?![\p{L}\p{N}])/giu;

const typeName = [...fileTypes.filter((type) => type !== 'raw'), ...Object.keys(spellings)].map((name) => `${name}s?`).join('|');
const pictures = '(?:photos?|pictures?|images?|files?|pics?|shots?)';
const types = new RegExp(
  `(?<![^\\s,;(\\0])((?:${typeName})(?:(?:\\s*,\\s*|\\s+(?:and|or)\\s+)(?:${typeName}))*|raw(?=\\s+${pictures}))(?:\\s+${pictures})?(?![\\p{L}\\p{N}.:_-])`,
  'giu',
);

/** In the box a key that does not exist or a value that does not fit is just words. */
function filtersOf(key: string, value: string, now: Date): Filters | undefined {
  if (!filterKeys.includes(key.toLowerCase())) return undefined;
  try {
    return readFilter(key, value, now);
  } catch (error) {
    if (hasCode(error, 'bad-request')) return undefined;
    throw error;
  }
}

function wordsIn(open: string): string {
  return open
    .replaceAll(gap, ' ')
    .replace(/\s+([,;])/gu, '$1')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s,;]+|[\s,;]+$/gu, '');
}

/** Later facts overrule earlier ones, but types add up. */
function together(facts: readonly RecognisedFact[]): Filters {
  let all: Filters = {};
  const named = new Set<FileType>();
  for (const { filters } of facts) {
    all = { ...all, ...filters };
    for (const type of filters.types ?? []) named.add(type);
  }
  return named.size > 0 ? { ...all, types: fileTypes.filter((type) => named.has(type)) } : all;
}
