/** @file Periods as people count them from today: seasons, last week, three months ago, Christmas. */
import { addDays, dayOf, monthSpan, parts, type Span, yearSpan } from './days.ts';
import type { Unit } from './words/vocabulary.ts';

/** Northern seasons of three whole months; a winter has the year in which it begins. */
export function seasonSpan(year: number, firstMonth: number): Span {
  return monthSpan(year, firstMonth, 3);
}

/**
 * Of what comes every year: `back` = 0 is the latest that has begun, 1 the latest that is over, 2 the one before that.
 */
export function recentOf(inYear: (year: number) => Span, back: number, today: string): Span {
  const { year } = parts(today);
  let at = year;
  while (back === 0 ? inYear(at).from > today : inYear(at).to >= today) at--;
  return inYear(at - Math.max(0, back - 1));
}

/** Monday to Sunday. */
function weekOf(day: string): Span {
  const monday = addDays(day, 1 - weekdayOf(day));
  return { from: monday, to: addDays(monday, 6) };
}

/** 1 = Monday. */
function weekdayOf(day: string): number {
  return ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
}

/** The week, month or year that is `back` before this one; a lone day has no such name. */
export function calendarPeriod(unit: Unit, back: number, today: string): Span | undefined {
  const { year, month } = parts(today);
  const week = weekOf(addDays(today, -7 * back));
  switch (unit) {
    case 'day':
      return undefined;
    case 'week':
      return week;
    case 'weekend':
      return { from: addDays(week.from, 5), to: week.to };
    case 'month':
      return monthSpan(year, month - back);
    case 'year':
      return yearSpan(year - back);
  }
}

/** The latest such weekday; `back` = 1: before today. */
export function recentWeekday(weekday: number, back: number, today: string): string {
  const latest = addDays(today, -back);
  return addDays(latest, -((weekdayOf(latest) - weekday + 7) % 7) - 7 * Math.max(0, back - 1));
}

/** The weekday of the week that is `back` before this one. */
export function weekdayInWeek(weekday: number, back: number, today: string): string {
  return addDays(weekOf(addDays(today, -7 * back)).from, weekday - 1);
}

/** The day that is so long before today; weekends are not counted. */
export function goBack(today: string, count: number, unit: Unit): string | undefined {
  const { year, month, day } = parts(today);
  switch (unit) {
    case 'day':
      return addDays(today, -count);
    case 'week':
      return addDays(today, -7 * count);
    case 'weekend':
      return undefined;
    case 'month':
      return dayOf(year, month - count, day);
    case 'year':
      return dayOf(year - count, month, day);
  }
}
