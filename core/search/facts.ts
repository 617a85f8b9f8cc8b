/**
 * @file Facts in plain words become filters: dates, file types, numbers of people, orientation, and `key:value`, in every language
 * that has a vocabulary.
 * What is not surely a fact stays a word: "two people" and "portrait of a man" are for the engine, "2 people" and
 * "portrait format" are facts; "raw" is one beside "photos" or alone, since fish can be raw too.
 */
import { hasCode } from '../api/errors.ts';
import { type FileType, type Filters, fileTypes, type RecognisedFact } from '../api/query.ts';
import { findDays } from './dates.ts';
import { fileTypeOf, filterKeyOf, keyValue, labelsOf, readFilter, spellings } from './filters.ts';
import { vocabularies } from './words/vocabularies.ts';

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
  for (const form of people)
    for (const match of open.matchAll(form)) take(match.index, match.index + match[0].length, { people: Number(match[1]) });
  for (const { form, orientation } of orientations)
    for (const match of open.matchAll(form)) take(match.index, match.index + match[0].length, { orientation });
  const days = findDays(open, now);
  if (days) take(days.start, days.end, days.days);
  for (const match of open.matchAll(types)) {
    const named = new Set((match[1] ?? '').split(between).map(fileTypeOf));
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
/** A form that begins a word and is not part of a longer one. */
const standing = (form: string): RegExp => new RegExp(`(?<![^\\s,;(\\0])(?:${form})(?![\\p{L}\\p{N}])`, 'giu');
const people = vocabularies.flatMap((words) => words.people.map((form) => standing(form.replace('{number}', '(\\d{1,3})'))));
const orientations = vocabularies.flatMap((words) =>
  words.orientations.map(([form, orientation]) => ({ form: standing(form), orientation })),
);

const anyOf = (forms: readonly string[]): string => `(?:${forms.filter((form) => form !== '').join('|')})`;
const typeName = [...fileTypes.filter((type) => type !== 'raw'), ...Object.keys(spellings)].map((name) => `${name}s?`).join('|');
const pictures = anyOf(vocabularies.map((words) => words.pictures));
const joint = anyOf(['\\s*,\\s*', ...vocabularies.map((words) => words.joints)]);
const stuck = anyOf(vocabularies.map((words) => words.stuck));
const between = new RegExp(joint, 'iu');
const types = new RegExp(
  `(?<![^\\s,;(\\0])((?:${typeName})(?:${joint}(?:${typeName}))*|raw(?=${pictures}))(?:${pictures})?${stuck}?(?![\\p{L}\\p{N}.:_-])`,
  'giu',
);

/** In the box a key that does not exist or a value that does not fit is just words. */
function filtersOf(key: string, value: string, now: Date): Filters | undefined {
  if (filterKeyOf(key) === undefined) return undefined;
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
