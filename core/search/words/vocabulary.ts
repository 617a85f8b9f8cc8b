/**
 * @file What a language brings for facts to be read in it: its words for days, people, types and filters, and the forms they stand in.
 *
 * [Note: forms] A form is the text of a regular expression (flags giu) with slots: `{month}\s+{year}`. The slots that a table
 * fills are month, season, weekday, feast, recent, pastYear, pastDay, unit and count (which also takes digits). The rest are
 * numbers: year (four digits), shortYear (two), monthNumber, day, lastDay, decade (199), tens (9). Nothing may stand close by a
 * form that would make it part of something longer: see `standing` in periods.ts.
 */
import type { Filters } from '../../api/query.ts';

/** Each a form without slots and what it means; the first that fits counts. */
export type Table<Meaning> = readonly (readonly [form: string, meaning: Meaning])[];

export type Unit = 'day' | 'week' | 'weekend' | 'month' | 'year';

/** What a form is read as; a `bare` one counts only behind a lead, since it is mostly something else. */
export type Kind =
  | 'month'
  | 'bareMonth'
  | 'plainMonth'
  | 'day'
  | 'days'
  | 'season'
  | 'recentSeason'
  | 'decade'
  | 'calendar'
  | 'many'
  | 'ago'
  | 'year'
  | 'pastDay'
  | 'weekday'
  | 'feast';

/** What a word before or behind a period makes of it. */
export type Role = 'at' | 'since' | 'after' | 'before' | 'until';

export type Vocabulary = {
  /** 1 to 12. */
  readonly months: Table<number>;
  /** The first of three months. */
  readonly seasons: Table<number>;
  /** 1 = Monday. */
  readonly weekdays: Table<number>;
  /** First and last day, in December. */
  readonly feasts: Table<readonly [first: number, last: number]>;
  readonly units: Table<Unit>;
  readonly counts: Table<number>;
  /** How many back: this = 0, last = 1. */
  readonly recent: Table<number>;
  readonly pastYears: Table<number>;
  readonly pastDays: Table<number>;
  readonly forms: Readonly<Partial<Record<Kind, readonly string[]>>>;
  /** Words before a period, with a space between. */
  readonly leads: Table<Role>;
  /** What follows a period, with its space if there is one: Korean particles stick. */
  readonly trails: Table<Role>;
  /** Two periods that make one. What `must` be there is needed for it. */
  readonly spans: readonly {
    readonly opening?: string;
    readonly joint: string;
    readonly closing?: string;
    readonly must?: 'opening' | 'closing';
  }[];

  /** With the slot `{number}`. */
  readonly people: readonly string[];
  /** "photos", as in "raw photos". */
  readonly pictures: string;
  /** "and", "or" between types, with their spaces. */
  readonly joints: string;
  /** What may stick to a type or to "photos". */
  readonly stuck: string;
  readonly orientations: Table<NonNullable<Filters['orientation']>>;
  /** Names of filters, in lower case, by the name of the filter. */
  readonly keys: Readonly<Record<string, string>>;
  /** Values of filters, in lower case: yes, no, portrait. */
  readonly values: Readonly<Record<string, string>>;
};
