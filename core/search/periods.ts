/** @file The periods that stand in a text, by the words and forms of one language. */
import { calendarPeriod, goBack, recentOf, recentWeekday, seasonSpan, weekdayInWeek } from './calendar.ts';
import { dayOf, monthSpan, parts, type Span, yearSpan } from './days.ts';
import type { Kind, Table, Vocabulary } from './words/vocabulary.ts';

/**
 * `inYear`: it comes every year, and no year was said. `isBare`: it counts only behind a lead, or beside a period that surely is one.
 */
export type Period = {
  readonly start: number;
  readonly end: number;
  readonly days: Span;
  readonly inYear?: (year: number) => Span;
  readonly isBare?: boolean;
};

type Slots = Readonly<Record<string, string | undefined>>;
type Meaning = Span | { readonly inYear: (year: number) => Span };
type Reader = (slots: Slots, words: Vocabulary, today: string) => Meaning | undefined;
type Form = { readonly expression: RegExp; readonly kind: Kind };

/** Those whose digits say enough in every language. Day before month where dots stand between. */
const shared: Vocabulary['forms'] = {
  month: ['{year}-(?<monthNumber>0[1-9]|1[0-2])'],
  day: [
    '{year}-(?<monthNumber>0[1-9]|1[0-2])-{day}',
    '{day}\\.\\s?{monthNumber}\\.\\s?{year}',
    '{year}\\.\\s?{monthNumber}\\.\\s?{day}\\.?',
  ],
  year: ['{year}(?!\\s*[x\u00d7]\\s*\\d)'],
};

const numbers: Readonly<Record<string, string>> = {
  year: '(?:19|20)\\d\\d',
  shortYear: '\\d\\d',
  monthNumber: '0?[1-9]|1[0-2]',
  day: '0?[1-9]|[12]\\d|3[01]',
  lastDay: '0?[1-9]|[12]\\d|3[01]',
  decade: '(?:19|20)\\d',
  tens: '[2-9]',
};

const compiled = new WeakMap<Vocabulary, readonly Form[]>();

/** Every reading, also those that overlap. */
export function findPeriods(text: string, words: Vocabulary, today: string): Period[] {
  const found: Period[] = [];
  for (const { expression, kind } of formsOf(words)) {
    for (const match of text.matchAll(expression)) {
      const meaning = readers[kind](match.groups ?? {}, words, today);
      if (meaning === undefined) continue;
      const isYearly = 'inYear' in meaning;
      const days = isYearly ? recentOf(meaning.inYear, 0, today) : meaning;
      if (days.from > today) continue;
      const place = { start: match.index, end: match.index + match[0].length, isBare: kind === 'bareMonth' };
      found.push(isYearly ? { ...place, days, inYear: meaning.inYear } : { ...place, days });
    }
  }
  return found;
}

/** Earliest first, at one place the longest; what overlaps a taken one falls away. */
export function withoutOverlaps(periods: readonly Period[]): Period[] {
  const taken: Period[] = [];
  for (const period of [...periods].sort((a, b) => a.start - b.start || b.end - a.end))
    if (period.start >= (taken.at(-1)?.end ?? 0)) taken.push(period);
  return taken;
}

function formsOf(words: Vocabulary): readonly Form[] {
  const known = compiled.get(words);
  if (known) return known;
  const all = [shared, words.forms].flatMap((forms) =>
    (Object.keys(readers) as Kind[]).flatMap((kind) => (forms[kind] ?? []).map((form) => ({ kind, expression: standing(form, words) }))),
  );
  compiled.set(words, all);
  return all;
}

/** A form that is not part of a longer word, number or file name. Particles of the language may stick to it. */
function standing(form: string, words: Vocabulary): RegExp {
  const filled = form.replace(/(?<!\\p)\{(\p{L}+)\}/gu, (_, name: string) => `(?<${name}>${slotForm(name, words)})`);
  const end = '(?![\\p{L}\\p{N}_/]|-\\d{2}(?!\\d)|[.:][\\p{L}\\p{N}])';
  const stuck = [...words.trails.map(([trail]) => trail), ...words.spans.flatMap(({ joint, closing }) => [joint, closing ?? []].flat())];
  const after = words.trails.length > 0 ? `(?:${end}|(?=\\p{L})(?=(?:${stuck.join('|')})(?![\\p{L}_/])))` : end;
  return new RegExp(`(?<![\\p{L}\\p{N}_.:/])(?<!(?<!(?:19|20)\\d\\d)-)${filled}${after}`, 'giu');
}

function slotForm(name: string, words: Vocabulary): string {
  const counted = name === 'count' ? '\\d{1,3}|' : '';
  return (
    counted +
    (numbers[name] ??
      tableOf(name, words)
        .map(([form]) => form)
        .join('|'))
  );
}

function tableOf(name: string, words: Vocabulary): Table<unknown> {
  const tables: Readonly<Record<string, Table<unknown>>> = {
    month: words.months,
    season: words.seasons,
    weekday: words.weekdays,
    feast: words.feasts,
    unit: words.units,
    count: words.counts,
    recent: words.recent,
    pastYear: words.pastYears,
    pastDay: words.pastDays,
  };
  const table = tables[name];
  if (table === undefined) throw new Error(`There is no slot {${name}}.`);
  return table;
}

function meaningOf<Meaning>(table: Table<Meaning>, text: string | undefined): Meaning | undefined {
  return text === undefined ? undefined : table.find(([form]) => new RegExp(`^(?:${form})$`, 'iu').test(text))?.[1];
}

const readers: Readonly<Record<Kind, Reader>> = {
  month: (slots, words, today) => {
    const [year, month] = [yearOf(slots, words, today), monthOf(slots, words)];
    return year !== undefined && month !== undefined ? monthSpan(year, month) : undefined;
  },
  bareMonth: readMonth,
  plainMonth: readMonth,
  day: (slots, words, today) => readDays(slots, words, today, Number(slots.day)),
  days: (slots, words, today) => readDays(slots, words, today, Number(slots.lastDay)),
  season: (slots, words, today) => {
    const [year, first] = [yearOf(slots, words, today), meaningOf(words.seasons, slots.season)];
    return year !== undefined && first !== undefined ? seasonSpan(year, first) : undefined;
  },
  recentSeason: (slots, words, today) => {
    const [back, first] = [meaningOf(words.recent, slots.recent), meaningOf(words.seasons, slots.season)];
    return back !== undefined && first !== undefined ? recentOf((year) => seasonSpan(year, first), back, today) : undefined;
  },
  decade: ({ decade, tens }) => {
    const first = decade !== undefined ? Number(decade) * 10 : 1900 + Number(tens) * 10;
    return yearSpan(first, first + 9);
  },
  calendar: (slots, words, today) => {
    const [back, unit] = [meaningOf(words.recent, slots.recent), meaningOf(words.units, slots.unit)];
    return back !== undefined && unit !== undefined ? calendarPeriod(unit, back, today) : undefined;
  },
  many: (slots, words, today) => {
    const from = readBack(slots, words, today);
    return from === undefined ? undefined : { from, to: today };
  },
  ago: (slots, words, today) => {
    const day = readBack(slots, words, today);
    if (day === undefined) return undefined;
    const { year, month } = parts(day);
    const unit = meaningOf(words.units, slots.unit);
    return unit === 'year' ? yearSpan(year) : unit === 'month' ? monthSpan(year, month) : { from: day, to: day };
  },
  year: (slots, words, today) => {
    const year = yearOf(slots, words, today);
    return year === undefined ? undefined : yearSpan(year);
  },
  pastDay: (slots, words, today) => {
    const day = goBack(today, meaningOf(words.pastDays, slots.pastDay) ?? 0, 'day');
    return day === undefined ? undefined : { from: day, to: day };
  },
  weekday: (slots, words, today) => {
    const [weekday, back] = [meaningOf(words.weekdays, slots.weekday), meaningOf(words.recent, slots.recent) ?? 0];
    const unit = meaningOf(words.units, slots.unit);
    if (weekday === undefined || (unit !== undefined && unit !== 'week')) return undefined;
    const day = unit === 'week' ? weekdayInWeek(weekday, back, today) : recentWeekday(weekday, back, today);
    return { from: day, to: day };
  },
  feast: (slots, words, today) => {
    const feast = meaningOf(words.feasts, slots.feast);
    if (feast === undefined) return undefined;
    const inYear = (year: number): Span => ({ from: dayOf(year, 12, feast[0]), to: dayOf(year, 12, feast[1]) });
    const [year, back] = [yearOf(slots, words, today), meaningOf(words.recent, slots.recent)];
    if (year !== undefined) return inYear(year);
    // "This Christmas" is the one of this year, not the latest.
    return back ? recentOf(inYear, back, today) : inYear(parts(today).year);
  },
};

function readMonth(slots: Slots, words: Vocabulary): Meaning | undefined {
  const month = monthOf(slots, words);
  return month === undefined ? undefined : { inYear: (year) => monthSpan(year, month) };
}

/** From the day to the last one of the same month. Undefined where the calendar has no such day. */
function readDays(slots: Slots, words: Vocabulary, today: string, last: number): Meaning | undefined {
  const [month, first] = [monthOf(slots, words), Number(slots.day)];
  if (month === undefined || last < first || last > parts(monthSpan(2024, month).to).day) return undefined;
  const inYear = (year: number): Span => ({ from: dayOf(year, month, first), to: dayOf(year, month, last) });
  const hasYear = slots.year !== undefined || slots.shortYear !== undefined || slots.pastYear !== undefined;
  if (!hasYear) return { inYear };
  const year = yearOf(slots, words, today);
  return year === undefined || last > parts(monthSpan(year, month).to).day ? undefined : inYear(year);
}

function readBack(slots: Slots, words: Vocabulary, today: string): string | undefined {
  const count = /^\d+$/u.test(slots.count ?? '') ? Number(slots.count) : meaningOf(words.counts, slots.count);
  const unit = meaningOf(words.units, slots.unit);
  return count === undefined || count === 0 || unit === undefined ? undefined : goBack(today, count, unit);
}

/** Of two digits 70 to 99 lie in the last century. */
function yearOf({ year, shortYear, pastYear }: Slots, words: Vocabulary, today: string): number | undefined {
  if (year !== undefined) return Number(year);
  if (shortYear !== undefined) return Number(shortYear) + (Number(shortYear) < 70 ? 2000 : 1900);
  const back = meaningOf(words.pastYears, pastYear);
  return back === undefined ? undefined : parts(today).year - back;
}

function monthOf({ month, monthNumber }: Slots, words: Vocabulary): number | undefined {
  return monthNumber !== undefined ? Number(monthNumber) : meaningOf(words.months, month);
}
