/**
 * @file Days in plain words: "july 2023", "last summer", "between may and june 2021", "since 2019", "3 days ago".
 *
 * [Note: what is not a date] A word that is mostly something else stays a word: a month without a year or a preposition ("march of
 * penguins"), a weekday ("sat on a bench"), a time of day ("at night"), numbers without a year ("16/9"). Pictures lie in the
 * past, so a date without a year is its latest occurrence, and one in the future is no date.
 * chrono-node reads single days; months, seasons, years and spans are read here, since chrono has no seasons or lone years and
 * would take "may" and "sat" for dates.
 */
import { en } from 'chrono-node';
import { addDays, type Days, dayOf, localDay, monthNames, monthSpan, parts, type Span, yearSpan } from './days.ts';

export type FoundDays = { readonly start: number; readonly end: number; readonly days: Days };

/** A period in the text. A bare month counts only behind a preposition, or beside a period that has a year. */
type Period = { readonly start: number; readonly end: number; readonly days: Span; readonly bareMonth?: number };

/** The first date or span of dates in the text. */
export function findDays(text: string, now: Date): FoundDays | undefined {
  const today = localDay(now);
  const periods = findPeriods(text, now, today);
  for (let at = 0; at < periods.length; at++) {
    const period = periods[at];
    if (period === undefined) continue;
    const next = periods[at + 1];
    const found = (next && asSpan(text, period, next)) ?? asOne(text, period);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** "between A and B", "from A to B", "A to B", "A - B". */
function asSpan(text: string, first: Period, second: Period): FoundDays | undefined {
  const joint = text.slice(first.end, second.start);
  const lead = /(?:^|[\s,;(])(between|from|in)\s+$/iu.exec(text.slice(0, first.start));
  const opening = lead?.[1]?.toLowerCase();
  const joined = opening === 'between' ? /^\s+(?:and|to)\s+$/iu : /^(?:\s+(?:to|until|till|through)\s+|\s*[-\u2013\u2014]\s*)$/iu;
  if (!joined.test(joint) || second.bareMonth !== undefined) return undefined;
  let from = first.days.from;
  if (first.bareMonth !== undefined) {
    const { year, month } = parts(second.days.from);
    from = dayOf(first.bareMonth > month ? year - 1 : year, first.bareMonth, 1);
  }
  const days = from <= second.days.to ? { from, to: second.days.to } : { from: second.days.from, to: first.days.to };
  return { start: lead ? first.start - lead[0].trimStart().length : first.start, end: second.end, days };
}

function asOne(text: string, period: Period): FoundDays | undefined {
  const lead = /(?:^|[\s,;(])(since|after|before|until|till|from|in|on|during|last|this)\s+$/iu.exec(text.slice(0, period.start));
  if (lead === null && period.bareMonth !== undefined) return undefined;
  const start = lead ? period.start - lead[0].replace(/^[\s,;(]/u, '').length : period.start;
  const { from, to } = period.days;
  switch (lead?.[1]?.toLowerCase()) {
    case 'since':
      return { start, end: period.end, days: { from } };
    case 'after':
      return { start, end: period.end, days: { from: addDays(to, 1) } };
    case 'before':
      return { start, end: period.end, days: { to: addDays(from, -1) } };
    case 'until':
    case 'till':
      return { start, end: period.end, days: { to } };
    default:
      return { start, end: period.end, days: period.days };
  }
}

const month = `(${monthNames.map((name) => `${name}|${name.slice(0, 3)}`).join('|')}|sept)\\.?`;
const season = '(spring|summer|autumn|fall|winter)';
const year = '((?:19|20)\\d\\d)';
const counts = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

/** Each reads what its groups say; undefined = not a period after all. */
const readers: readonly { readonly form: string; readonly read: (groups: readonly string[], today: string) => Span | undefined }[] = [
  { form: `${month}\\s+${year}`, read: ([name = '', y]) => monthSpan(Number(y), monthNumber(name)) },
  { form: `${year}-(0[1-9]|1[0-2])`, read: ([y, m]) => monthSpan(Number(y), Number(m)) },
  { form: `${season}\\s+(?:of\\s+)?${year}`, read: ([name = '', y]) => seasonSpan(name, Number(y)) },
  { form: `(last|this)\\s+${season}`, read: ([which = '', name = ''], today) => recentSeason(which, name, today) },
  { form: '(?:the\\s+)?((?:19|20)\\d)0s', read: ([decade]) => yearSpan(Number(decade) * 10, Number(decade) * 10 + 9) },
  { form: `the\\s+'?([2-9])0s`, read: ([decade]) => yearSpan(1900 + Number(decade) * 10, 1909 + Number(decade) * 10) },
  { form: '(last|this)\\s+(week|weekend|month|year)', read: ([which = '', unit = ''], today) => calendarPeriod(which, unit, today) },
  {
    form: `(?:the\\s+)?(?:last|past)\\s+(\\d{1,3}|${counts.slice(1).join('|')})\\s+(day|week|month|year)s?`,
    read: ([count = '', unit = ''], today) => ({ from: goBack(today, countOf(count), unit), to: today }),
  },
  {
    form: `(an?|\\d{1,3}|${counts.slice(1).join('|')})\\s+(month|year)s?\\s+ago`,
    read: ([count = '', unit = ''], today) => {
      const { year: y, month: m } = parts(goBack(today, countOf(count), unit));
      return unit.toLowerCase() === 'year' ? yearSpan(y) : monthSpan(y, m);
    },
  },
  { form: `${year}(?!\\s*[x\u00d7]\\s*\\d)`, read: ([y]) => yearSpan(Number(y)) },
];

function findPeriods(text: string, now: Date, today: string): Period[] {
  const found: Period[] = [];
  for (const { form, read } of readers) {
    for (const match of text.matchAll(standing(form))) {
      const days = read(match.slice(1), today);
      if (days && days.from <= today) found.push({ start: match.index, end: match.index + match[0].length, days });
    }
  }
  for (const match of text.matchAll(standing(`${month}(?!\\s+\\d{4})`))) {
    const number = monthNumber(match[1] ?? '');
    const { year: thisYear, month: thisMonth } = parts(today);
    const days = monthSpan(number > thisMonth ? thisYear - 1 : thisYear, number);
    found.push({ start: match.index, end: match.index + match[0].length, days, bareMonth: number });
  }
  found.push(...chronoDays(text, now, today));
  // Earliest first, at one place the longest; what overlaps a taken one falls away.
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const taken: Period[] = [];
  for (const period of found) if (period.start >= (taken.at(-1)?.end ?? 0)) taken.push(period);
  return taken;
}

/** A form that is not part of a longer word, number or file name. */
function standing(form: string): RegExp {
  return new RegExp(
    `(?<![\\p{L}\\p{N}_.:/])(?<!(?<!(?:19|20)\\d\\d)-)${form}(?![\\p{L}\\p{N}_/]|-\\d{2}(?!\\d)|[.:][\\p{L}\\p{N}])`,
    'giu',
  );
}

function chronoDays(text: string, now: Date, today: string): Period[] {
  const found: Period[] = [];
  for (const result of en.parse(text, now)) {
    const { start, end } = result;
    if (/[\p{N}\p{L}_]/u.test(text.charAt(result.index - 1)) || /[\p{N}\p{L}_]/u.test(text.charAt(result.index + result.text.length)))
      continue;
    const preposed = /^(?:on|last|this|past)\s/iu.test(result.text);
    const byWeekday = !start.isCertain('day') && start.isCertain('weekday') && preposed && !/weekend/iu.test(result.text);
    if (!byWeekday && !start.isCertain('day')) continue;
    if (/^now$/iu.test(result.text)) continue;
    if (!/\p{L}/u.test(result.text) && !/\d{4}/.test(result.text)) continue;
    let from = localDay(start.date());
    let to = end ? localDay(end.date()) : from;
    if (from > today && byWeekday) [from, to] = [addDays(from, -7), addDays(to, -7)];
    if (from > today && start.isCertain('month') && !start.isCertain('year')) [from, to] = [yearBefore(from), yearBefore(to)];
    if (from > today || to < from) continue;
    found.push({ start: result.index, end: result.index + result.text.length, days: { from, to } });
  }
  return found;
}

/** "3", "three", "a" */
function countOf(text: string): number {
  if (/\d/.test(text)) return Number(text);
  return Math.max(1, counts.indexOf(text.toLowerCase()));
}

function yearBefore(day: string): string {
  const { year: y, month: m, day: d } = parts(day);
  return dayOf(y - 1, m, d);
}

function monthNumber(name: string): number {
  const short = name.slice(0, 3).toLowerCase();
  return monthNames.findIndex((full) => full.toLowerCase().startsWith(short)) + 1;
}

/** Northern seasons of three whole months; a winter has the year in which it begins. */
function seasonSpan(name: string, y: number): Span {
  const first = { spring: 3, summer: 6, autumn: 9, fall: 9, winter: 12 }[name.toLowerCase()] ?? 1;
  return monthSpan(y, first, 3);
}

/** The latest season of this name that is over ("last"), or that has at least begun ("this"). */
function recentSeason(which: string, name: string, today: string): Span {
  const { year: y } = parts(today);
  const candidates = [y, y - 1, y - 2].map((candidate) => seasonSpan(name, candidate));
  const fits = candidates.find((days) => (which.toLowerCase() === 'last' ? days.to < today : days.from <= today));
  return fits ?? seasonSpan(name, y - 2);
}

function calendarPeriod(which: string, unit: string, today: string): Span | undefined {
  const { year: y, month: m } = parts(today);
  const back = which.toLowerCase() === 'last' ? 1 : 0;
  const monday = addDays(today, -((new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7) - 7 * back);
  switch (unit.toLowerCase()) {
    case 'week':
      return { from: monday, to: addDays(monday, 6) };
    case 'weekend':
      return { from: addDays(monday, 5), to: addDays(monday, 6) };
    case 'month':
      return monthSpan(y, m - back);
    case 'year':
      return yearSpan(y - back);
    default:
      return undefined;
  }
}

function goBack(today: string, count: number, unit: string): string {
  const { year: y, month: m, day: d } = parts(today);
  switch (unit.toLowerCase()) {
    case 'day':
      return addDays(today, -count);
    case 'week':
      return addDays(today, -7 * count);
    case 'month':
      return dayOf(y, m - count, d);
    default:
      return dayOf(y - count, m, d);
  }
}
