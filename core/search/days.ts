/**
 * @file Calendar days without a time zone: `YYYY-MM-DD` strings, spans of them, and what people call those spans.
 * Everything is local: a day is what the wall calendar beside the computer says.
 */

/** First and last day, both inclusive; absent = open. */
export type Days = { readonly from?: string | undefined; readonly to?: string | undefined };

export type Span = { readonly from: string; readonly to: string };

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** Month counts from 1; values out of range roll over, as in `new Date`: `dayOf(2023, 13, 0)` is 31 December 2023. */
export function dayOf(year: number, month: number, day: number): string {
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10);
}

export function localDay(date: Date): string {
  return dayOf(date.getFullYear(), date.getMonth() + 1, date.getDate());
}

export function parts(day: string): { year: number; month: number; day: number } {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return { year, month, day: date };
}

export function addDays(day: string, days: number): string {
  const { year, month, day: date } = parts(day);
  return dayOf(year, month, date + days);
}

export function yearSpan(year: number, last: number = year): Span {
  return { from: dayOf(year, 1, 1), to: dayOf(last, 12, 31) };
}

export function monthSpan(year: number, month: number, months = 1): Span {
  return { from: dayOf(year, month, 1), to: addDays(dayOf(year, month + months, 1), -1) };
}

/** `July 2023`, `14 July 2023`, `2019`, `May to June 2021`, `since March 2026`, `until 2019`. */
export function labelOf(days: Days): string {
  const { from, to } = days;
  if (from !== undefined && to !== undefined) {
    const name = nameOf(from, to);
    if (name !== undefined) return name;
    return `${edgeName(from, 'first')} to ${edgeName(to, 'last')}`;
  }
  if (from !== undefined) return `since ${edgeName(from, 'first')}`;
  if (to !== undefined) return `until ${edgeName(to, 'last')}`;
  return 'any day';
}

function nameOf(from: string, to: string): string | undefined {
  const { year, month, day } = parts(from);
  if (from === to) return `${day} ${monthNames[month - 1]} ${year}`;
  if (day === 1 && to === monthSpan(year, month).to) return `${monthNames[month - 1]} ${year}`;
  if (day === 1 && month === 1 && to === dayOf(year, 12, 31)) return String(year);
  return undefined;
}

/** The longest period that begins (or ends) with this day: a year, a month, or the day itself. */
function edgeName(day: string, edge: 'first' | 'last'): string {
  const { year, month } = parts(day);
  const whole = yearSpan(year);
  if (day === (edge === 'first' ? whole.from : whole.to)) return String(year);
  const inMonth = monthSpan(year, month);
  if (day === (edge === 'first' ? inMonth.from : inMonth.to)) return `${monthNames[month - 1]} ${year}`;
  return `${parts(day).day} ${monthNames[month - 1]} ${year}`;
}
