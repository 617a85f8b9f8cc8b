/** @file What is selected after clicks and keys: ranges that join, are drawn out, and move with what is unfolded between them. */
import { describe, expect, it } from 'vitest';
import { allOf, countOf, drawnTo, has, nothingSelected, shifted, toggled } from '../../../renderer/wall/selection.ts';

describe('a selection', () => {
  it('takes single pictures in and out, and keeps neighbours in one range', () => {
    const some = [3, 5, 4].reduce(toggled, nothingSelected);
    expect(some.ranges).toEqual([[3, 6]]);
    expect(toggled(some, 4).ranges).toEqual([
      [3, 4],
      [5, 6],
    ]);
    expect([2, 3, 5, 6].map((index) => has(some, index))).toEqual([false, true, true, false]);
  });

  it('is drawn out from where it began, also back over it', () => {
    const down = drawnTo(nothingSelected, 10, 14);
    expect(down.ranges).toEqual([[10, 15]]);
    expect(drawnTo(down, 14, 12).ranges).toEqual([[10, 13]]);
    expect(drawnTo(down, 14, 8).ranges).toEqual([[8, 11]]);
  });

  it('keeps what was selected before when another range is drawn out', () => {
    const both = drawnTo(toggled(toggled(nothingSelected, 1), 20), 20, 22);
    expect(both.ranges).toEqual([
      [1, 2],
      [20, 23],
    ]);
    expect(countOf(both)).toBe(4);
  });

  it('of everything is one range, less what is taken out', () => {
    expect(allOf(100_000).ranges).toEqual([[0, 100_000]]);
    expect(countOf(toggled(allOf(100_000), 500))).toBe(99_999);
    expect(allOf(0)).toEqual(nothingSelected);
  });

  it('moves with the pictures when a stack is unfolded, and comes back when it is folded up', () => {
    const some = toggled(toggled(toggled(nothingSelected, 2), 5), 6);
    const unfolded = shifted(some, 3, 4);
    expect(unfolded.ranges).toEqual([
      [2, 3],
      [9, 11],
    ]);
    expect(shifted(unfolded, 3, -4).ranges).toEqual(some.ranges);
    expect(shifted(allOf(5), 3, 4).ranges).toEqual([
      [0, 3],
      [7, 9],
    ]);
    expect(shifted(toggled(unfolded, 4), 3, -4).ranges).toEqual(some.ranges);
    expect(shifted(allOf(9), 3, -4).ranges).toEqual([[0, 5]]);
  });
});
