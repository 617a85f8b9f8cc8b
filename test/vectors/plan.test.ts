import { expect, it } from 'vitest';
import { type Covered, defaultLimits, type Limits, nextBuild } from '../../core/vectors/plan.ts';

const limits: Limits = { exactRows: 20, tailRows: 5, segmentRows: 25, deadShare: 0.1, amongRows: 20 };
const keys = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const segment = (first: number, last: number, dead = 0): Covered => ({ first, last, live: last - first + 1 - dead, dead });
const next = (segments: Covered[], tail: number[]) => nextBuild(segments, Float64Array.from(tail), limits);

it('builds nothing for a small library, nor for a short tail', () => {
  expect(next([], keys(1, 20))).toBeUndefined();
  expect(next([segment(1, 25)], keys(26, 30))).toBeUndefined();
});

it('cuts what is too much for one segment', () => {
  expect(next([], keys(1, 21))).toEqual({ first: 1, last: 21, rows: 21 });
  expect(next([], keys(1, 90))).toEqual({ first: 1, last: 25, rows: 25 });
  expect(next([segment(1, 25)], keys(26, 90))).toEqual({ first: 26, last: 50, rows: 25 });
});

it('lets the last segment grow until it is full', () => {
  expect(next([segment(1, 25), segment(26, 40)], keys(41, 46))).toEqual({ first: 26, last: 46, rows: 21 });
  expect(next([segment(1, 25), segment(26, 46)], keys(47, 52))).toEqual({ first: 47, last: 52, rows: 6 });
});

it('fills the gap that a lost segment left, with small neighbours taken in', () => {
  expect(next([segment(1, 25), segment(51, 75)], [...keys(26, 50), 76])).toEqual({ first: 26, last: 50, rows: 25 });
  expect(next([segment(1, 8), segment(21, 28)], keys(12, 18))).toEqual({ first: 1, last: 28, rows: 23 });
});

it('builds anew where more than a tenth is deleted', () => {
  expect(next([segment(1, 20, 2), segment(21, 40)], [])).toBeUndefined();
  expect(next([segment(1, 20, 3), segment(21, 40)], [])).toEqual({ first: 1, last: 20, rows: 17 });
  expect(next([segment(1, 20, 3), segment(21, 25)], [])).toEqual({ first: 1, last: 25, rows: 22 });
  expect(next([segment(1, 20, 20), segment(21, 45)], [])).toEqual({ first: 1, last: 20, rows: 0 });
});

it('comes to an end from any start, with everything covered but a short tail', () => {
  let segments: Covered[] = [segment(30, 33, 4), segment(60, 80, 9)];
  let tail = [...keys(1, 29), ...keys(34, 59), ...keys(81, 200)];
  for (let round = 0; ; round++) {
    expect(round).toBeLessThan(50);
    const build = next(segments, tail);
    if (!build) break;
    const { first, last } = build;
    const inside = segments.filter((one) => one.first >= first && one.last <= last);
    const rows = tail.filter((key) => key >= first && key <= last).length + inside.reduce((sum, { live }) => sum + live, 0);
    segments = segments.filter((one) => !inside.includes(one));
    if (rows > 0) segments = [...segments, { first, last, live: rows, dead: 0 }].sort((a, b) => a.first - b.first);
    tail = tail.filter((key) => key < first || key > last);
  }
  expect(tail.length).toBeLessThanOrEqual(limits.tailRows);
  expect(segments.reduce((sum, { live }) => sum + live, tail.length)).toBe(200 - 13);
  expect(segments.every((one, at) => one.first > (segments[at - 1]?.last ?? 0))).toBe(true);
});

it('makes smaller segments of longer vectors', () => {
  expect(defaultLimits(464)).toEqual({ exactRows: 20_000, tailRows: 5000, segmentRows: 25_862, deadShare: 0.1, amongRows: 20_000 });
  expect(defaultLimits(4096)).toMatchObject({ exactRows: 2343, tailRows: 585, segmentRows: 2929 });
});
