/** @file The timeline's arithmetic: where months lie along it, which years are written out, and which month a place of the wall is in. */
import { type Layout, pictureAt, topOf } from '../wall/justified.ts';

export type Month = { readonly month: string; readonly first: number };

/** How far one can scroll. */
export function scrollable(layout: Layout, screen: number): number {
  return Math.max(0, layout.height - screen);
}

/** Part of the way down at which a month begins, 0 to 1. */
export function shareOf(layout: Layout, month: Month, screen: number): number {
  const way = scrollable(layout, screen);
  return way === 0 ? 0 : Math.min(1, topOf(layout, month.first) / way);
}

/** The month (its index) of the first picture at this height of the wall. */
export function monthAt(layout: Layout, months: readonly Month[], top: number): number {
  const first = pictureAt(layout, top);
  let low = 0;
  let high = Math.max(0, months.length - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((months[middle]?.first ?? 0) <= first) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The month that one is at when scrolled to here. At the very end it is the last, which may be too short to come to the top. */
export function monthSeen(layout: Layout, months: readonly Month[], top: number, screen: number): number {
  const way = scrollable(layout, screen);
  return way > 0 && top >= way - 1 ? Math.max(0, months.length - 1) : monthAt(layout, months, top);
}

/** The first month of the year before or after. Towards the top it is first the beginning of the same year. */
export function yearFrom(months: readonly Month[], index: number, direction: -1 | 1): number {
  const yearOf = (at: number): string | undefined => months[at]?.month.slice(0, 4);
  let at = index;
  if (direction > 0) {
    while (at < months.length - 1 && yearOf(at) === yearOf(index)) at += 1;
    return at;
  }
  const year = yearOf(at - 1);
  while (at > 0 && yearOf(at - 1) === year) at -= 1;
  return at;
}

export type Mark = { readonly share: number; readonly year: string; readonly isLabelled: boolean };

/** One mark a year; a year is written out where it has `room` (of the whole way) to the one above. */
export function marksOf(layout: Layout, months: readonly Month[], screen: number, room: number): Mark[] {
  const marks: Mark[] = [];
  let year = '';
  let labelled = Number.NEGATIVE_INFINITY;
  for (const month of months) {
    if (month.month.slice(0, 4) === year) continue;
    year = month.month.slice(0, 4);
    const share = shareOf(layout, month, screen);
    const isLabelled = share - labelled >= room;
    if (isLabelled) labelled = share;
    marks.push({ share, year, isLabelled });
  }
  return marks;
}
