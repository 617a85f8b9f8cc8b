/** @file The timeline's arithmetic: months in their places, years that do not run into each other, steps by year. */
import { describe, expect, it } from 'vitest';
import { marksOf, monthAt, monthSeen, scrollable, shareOf, yearFrom } from '../../../renderer/timeline/marks.ts';
import { layoutWall, topOf } from '../../../renderer/wall/justified.ts';

const months = ['2024-02', '2024-01', '2023-12', '2023-03', '2020-07'].map((month, at) => ({ month, first: at * 40 }));
const breaks = months.map(({ first }) => ({ kind: 'month', index: first, height: 30 }) as const);
const layout = layoutWall(Array(200).fill(150), { width: 1000, rowHeight: 200, gap: 4, breaks });
const screen = 600;

describe('the timeline', () => {
  it('has each month where its heading is', () => {
    expect(shareOf(layout, { month: '2024-02', first: 0 }, screen)).toBe(0);
    for (const [at, month] of months.entries()) expect(monthAt(layout, months, topOf(layout, month.first))).toBe(at);
    const shares = months.map((month) => shareOf(layout, month, screen));
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  it('knows the month of any height', () => {
    expect(monthAt(layout, months, 0)).toBe(0);
    expect(monthAt(layout, months, topOf(layout, 80) - 10)).toBe(1);
    expect(monthAt(layout, months, 1e9)).toBe(4);
    expect(monthAt(layout, [], 100)).toBe(0);
  });

  it('is at the last month at the very end, though another is at the top of the screen', () => {
    const few = layoutWall(Array(162).fill(150), { width: 1000, rowHeight: 200, gap: 4, breaks });
    const end = scrollable(few, screen);
    expect(monthAt(few, months, end)).toBe(3);
    expect(monthSeen(few, months, end, screen)).toBe(4);
    expect(monthSeen(few, months, end - 10, screen)).toBe(3);
    expect(monthSeen(few, months, 0, 1e6), 'all of it is on the screen').toBe(0);
  });

  it('goes from year to year, first to the beginning of the same one', () => {
    expect([0, 1, 2, 3, 4].map((at) => yearFrom(months, at, 1))).toEqual([2, 2, 4, 4, 4]);
    expect([0, 1, 2, 3, 4].map((at) => yearFrom(months, at, -1))).toEqual([0, 0, 0, 2, 2]);
  });

  it('writes out years that have room', () => {
    expect(marksOf(layout, months, screen, 0.01).map(({ year, isLabelled }) => [year, isLabelled])).toEqual([
      ['2024', true],
      ['2023', true],
      ['2020', true],
    ]);
    expect(
      marksOf(layout, months, screen, 0.6)
        .filter(({ isLabelled }) => isLabelled)
        .map(({ year }) => year),
    ).toEqual(['2024', '2020']);
  });

  it('is at its top where all fits on the screen', () => {
    expect(shareOf(layout, { month: '2020-07', first: 160 }, 100_000)).toBe(0);
  });
});
