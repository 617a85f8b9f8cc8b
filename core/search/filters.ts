/**
 * @file Filters as `key:value` text, as the command line's --filter and the box take them, and as labels for people.
 */
import { AppError } from '../api/errors.ts';
import { type FileType, type Filters, fileTypes, filters as filtersSchema } from '../api/query.ts';
import { findDays } from './dates.ts';
import { type Days, labelOf } from './days.ts';
import { vocabularies } from './words/vocabularies.ts';

/** Throws `bad-request` with what it would take. */
type ReadValue = (value: string, now: Date) => Filters;

const readers: Readonly<Record<string, ReadValue>> = {
  folder: (value) => ({ folder: value }),
  from: (value, now) => ({ from: daysOf(value, now).from ?? refuse('from', value, 'a day') }),
  to: (value, now) => ({ to: daysOf(value, now).to ?? refuse('to', value, 'a day') }),
  date: (value, now) => daysOf(value, now),
  type: (value) => ({ types: value.split(',').map((name) => fileTypeOf(name) ?? refuse('type', name, fileTypes.join(', '))) }),
  camera: (value) => ({ camera: value }),
  orientation: (value) => checked('orientation', value, { orientation: englishOf(value) }, 'landscape, portrait or square'),
  min: (value) => checked('min', value, { minSide: Number(value) }, 'pixels of the shorter side, e.g. min:1000'),
  people: (value) => checked('people', value, { people: Number(value) }, 'a number, e.g. people:2'),
  rating: (value) => checked('rating', value, { minRating: Number(value) }, '1 to 5'),
  starred: (value) => checked('starred', value, { starred: { yes: true, no: false }[englishOf(value)] }, 'yes or no'),
  collection: (value) => ({ collection: value }),
  place: (value) => checked('place', value, { hasPlace: { yes: true, no: false }[englishOf(value)] }, 'yes or no'),
};

const filterKeys: readonly string[] = Object.keys(readers);

/** `key:value` or `key: value`; a value with spaces stands in double quotes. */
export const keyValue = /(?<![^\s,;(])(\p{L}+):\s?(?:"([^"]*)"|([^\s"]+))/gu;

/** Filters from text like `type:png,heic date:"july 2023"`. */
export function parseFilter(text: string, now: Date = new Date()): Filters {
  const rest = text.replace(keyValue, '').trim();
  if (rest !== '' || text.trim() === '') {
    throw new AppError('bad-request', `"${rest}" is not a filter. Write key:value with a key of ${filterKeys.join(', ')}.`);
  }
  let all: Filters = {};
  for (const [, key = '', quoted, bare = ''] of text.matchAll(keyValue)) all = { ...all, ...readFilter(key, quoted ?? bare, now) };
  return all;
}

/** The filter that a key of any language names. */
export function filterKeyOf(key: string): string | undefined {
  const lower = key.toLowerCase();
  const names = [lower, ...vocabularies.map(({ keys }) => (Object.hasOwn(keys, lower) ? keys[lower] : undefined))];
  return names.find((name) => name !== undefined && Object.hasOwn(readers, name));
}

/** A value of any language as English has it: "ja" is yes, "세로" portrait. */
function englishOf(value: string): string {
  const lower = value.toLowerCase();
  return vocabularies.map(({ values }) => (Object.hasOwn(values, lower) ? values[lower] : undefined)).find((word) => word) ?? lower;
}

export function readFilter(key: string, value: string, now: Date): Filters {
  const name = filterKeyOf(key);
  const read = name === undefined ? undefined : readers[name];
  if (read === undefined) {
    throw new AppError('bad-request', `There is no filter "${key}". The filters are ${filterKeys.join(', ')}.`);
  }
  if (value.trim() === '') throw new AppError('bad-request', `The filter "${key}" has no value.`);
  return read(value.trim(), now);
}

/** "jpg", "JPEGs", "tif" and the like. */
export function fileTypeOf(name: string): FileType | undefined {
  const lower = name.trim().toLowerCase().replace(/^\./, '');
  return [lower, lower.replace(/s$/, '')].map((form) => spellings[form] ?? fileTypes.find((type) => type === form)).find((type) => type);
}

export const spellings: Readonly<Record<string, FileType>> = { jpg: 'jpeg', tif: 'tiff', heif: 'heic' };

/** What the filters say, one label each: "July 2023", "JPEG or PNG", "2 people". */
export function labelsOf(filters: Filters): string[] {
  const labels: string[] = [];
  if (filters.from !== undefined || filters.to !== undefined) labels.push(labelOf(filters));
  if (filters.types) labels.push(filters.types.map((type) => (type === 'webp' ? 'WebP' : type.toUpperCase())).join(' or '));
  if (filters.people !== undefined) labels.push(filters.people === 1 ? '1 person' : `${filters.people} people`);
  if (filters.folder !== undefined) labels.push(`in ${filters.folder}`);
  if (filters.camera !== undefined) labels.push(`camera ${filters.camera}`);
  if (filters.orientation !== undefined) labels.push(filters.orientation);
  if (filters.minSide !== undefined) labels.push(`at least ${filters.minSide} pixels`);
  if (filters.minRating !== undefined) labels.push(filters.minRating === 5 ? '5 stars' : `${filters.minRating} stars or more`);
  if (filters.hasPlace !== undefined) labels.push(filters.hasPlace ? 'with a place' : 'without a place');
  if (filters.starred !== undefined) labels.push(filters.starred ? 'starred' : 'not starred');
  if (filters.collection !== undefined) labels.push(`in the collection ${filters.collection}`);
  return labels;
}

function daysOf(value: string, now: Date): Days {
  const day = /^\d{4}-\d\d-\d\d$/.test(value) ? value : undefined;
  if (day !== undefined) return checked('date', value, { from: day, to: day }, 'a day of the calendar');
  // A month alone is a date where only a date can stand.
  const found = [value, `in ${value}`]
    .map((text) => ({ text, days: findDays(text, now) }))
    .find(({ text, days }) => days?.start === 0 && days.end === text.length);
  return found?.days?.days ?? refuse('date', value, 'a date such as 2023-07-14, 2023-07, 2023, july 2023 or last summer');
}

function checked(key: string, value: string, candidate: unknown, allowed: string): Filters {
  const parsed = filtersSchema.safeParse(candidate);
  const stated = parsed.success && Object.values(parsed.data).every((part) => part !== undefined);
  return stated ? parsed.data : refuse(key, value, allowed);
}

function refuse(key: string, value: string, allowed: string): never {
  throw new AppError('bad-request', `The filter ${key} does not take "${value}". It takes ${allowed}.`);
}
