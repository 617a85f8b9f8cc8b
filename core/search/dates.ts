/**
 * @file Days in plain words: "july 2023", "last summer", "between may and june 2021", "since 2019", "3 days ago"; "seit Mai 2021",
 * "작년 여름".
 *
 * [Note: what is not a date] A word that is mostly something else stays a word: a month without a year or a preposition ("march of
 * penguins"), a weekday ("sat on a bench"), a time of day ("at night"), numbers without a year ("16/9"), Christmas without a year
 * (a tree is one all year round). Pictures lie in the past, so a date without a year is its latest occurrence, and one in the
 * future is no date.
 * chrono-node reads single days in English; months, seasons, years and spans are read here, since chrono has no seasons or lone
 * years and would take "may" and "sat" for dates. Other languages are read here alone.
 */
import { en as chrono } from 'chrono-node';
import { addDays, type Days, dayOf, localDay, parts, type Span, yearSpan } from './days.ts';
import { findPeriods, type Period, withoutOverlaps } from './periods.ts';
import { en } from './words/en.ts';
import { vocabularies } from './words/vocabularies.ts';
import type { Role, Vocabulary } from './words/vocabulary.ts';

export type FoundDays = { readonly start: number; readonly end: number; readonly days: Days };

/** The first date or span of dates in the text; of the languages, the one that understands most of it. */
export function findDays(text: string, now: Date): FoundDays | undefined {
  const found = vocabularies.flatMap((words) => findDaysIn(text, words, now) ?? []);
  return found.sort((a, b) => a.start - b.start || b.end - a.end)[0];
}

function findDaysIn(text: string, words: Vocabulary, now: Date): FoundDays | undefined {
  const today = localDay(now);
  const read = findPeriods(text, words, today);
  const periods = withoutOverlaps(words === en ? [...read, ...chronoDays(text, now, today)] : read);
  for (let at = 0; at < periods.length; at++) {
    const period = periods[at];
    if (period === undefined) continue;
    const next = periods[at + 1];
    const found = (next && asSpan(text, period, next, words)) ?? asOne(text, period, words);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** "between A and B", "from A to B", "A to B", "A - B", "A부터 B까지". */
function asSpan(text: string, first: Period, second: Period, { spans }: Vocabulary): FoundDays | undefined {
  const joint = text.slice(first.end, second.start);
  for (const form of spans) {
    if (!new RegExp(`^(?:${form.joint})$`, 'iu').test(joint)) continue;
    const opening = before(text, first.start, form.opening);
    const closing = after(text, second.end, form.closing);
    // "may - june" may be anything, "from may to june" is not.
    if (second.isBare && opening === '') continue;
    if ((form.must === 'opening' && opening === '') || (form.must === 'closing' && closing === '')) continue;
    return { start: first.start - opening.length, end: second.end + closing.length, days: together(first, second) };
  }
  return undefined;
}

/** Where only one of the two has a year it is the year of both, with New Year between them if it must be; "2019 to may" goes on to the latest. */
function together(first: Period, second: Period): Span {
  let [a, b] = [first.days, second.days];
  const [yearOfA, yearOfB] = [parts(a.from).year, parts(b.from).year];
  if (first.inYear) {
    a = first.inYear(yearOfB);
    if (a.from > b.from) a = first.inYear(yearOfB - 1);
  } else if (second.inYear && a.to < yearSpan(yearOfA).to) {
    b = second.inYear(yearOfA);
    if (b.from < a.from) b = second.inYear(yearOfA + 1);
  }
  return a.from <= b.to ? { from: a.from, to: b.to } : { from: b.from, to: a.to };
}

function asOne(text: string, period: Period, { leads, trails }: Vocabulary): FoundDays | undefined {
  const lead = leads.map(([form, role]) => ({ role, length: before(text, period.start, form).length })).find(({ length }) => length > 0);
  if (lead === undefined && period.isBare) return undefined;
  const trail = trails.map(([form, role]) => ({ role, length: after(text, period.end, form).length })).find(({ length }) => length > 0);
  const role = trail && trail.role !== 'at' ? trail.role : (lead?.role ?? 'at');
  return {
    start: period.start - (lead?.length ?? 0),
    end: period.end + (trail?.length ?? 0),
    days: inRole(period.days, role),
  };
}

function inRole({ from, to }: Span, role: Role): Days {
  switch (role) {
    case 'at':
      return { from, to };
    case 'since':
      return { from };
    case 'after':
      return { from: addDays(to, 1) };
    case 'before':
      return { to: addDays(from, -1) };
    case 'until':
      return { to };
  }
}

/** What stands before a place with nothing but space between, as the form says, and that space; else ''. */
function before(text: string, start: number, form: string | undefined): string {
  return form === undefined ? '' : (new RegExp(`(?<![^\\s,;(])(?:${form})\\s+$`, 'iu').exec(text.slice(0, start))?.[0] ?? '');
}

function after(text: string, end: number, form: string | undefined): string {
  return form === undefined ? '' : (new RegExp(`^(?:${form})(?![\\p{L}\\p{N}_])`, 'iu').exec(text.slice(end))?.[0] ?? '');
}

const dayFirst = /(?<!\d)(?:0?[1-9]|[12]\d|3[01])\.\s?(?:0?[1-9]|1[0-2])\.\s?\d{4}/u;

function chronoDays(text: string, now: Date, today: string): Period[] {
  const found: Period[] = [];
  for (const result of chrono.parse(text, now)) {
    const { start, end } = result;
    if (/[\p{N}\p{L}_]/u.test(text.charAt(result.index - 1)) || /[\p{N}\p{L}_]/u.test(text.charAt(result.index + result.text.length)))
      continue;
    const preposed = /^(?:on|last|this|past)\s/iu.test(result.text);
    const byWeekday = !start.isCertain('day') && start.isCertain('weekday') && preposed && !/weekend/iu.test(result.text);
    if (!byWeekday && !start.isCertain('day')) continue;
    // chrono takes the month for first.
    if (dayFirst.test(result.text)) continue;
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

function yearBefore(day: string): string {
  const { year: y, month: m, day: d } = parts(day);
  return dayOf(y - 1, m, d);
}
