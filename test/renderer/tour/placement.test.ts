/** @file The tour's card never covers what it speaks of, and is never cut off. */
import { describe, expect, it } from 'vitest';
import { type Box, besideOf, type Size } from '../../../renderer/tour/placement.ts';

const card: Size = { width: 340, height: 180 };
const desk: Size = { width: 1440, height: 900 };
const phone: Size = { width: 390, height: 844 };

function expectBeside(target: Box, window: Size): void {
  const spot = besideOf(target, card, window);
  expect(spot, JSON.stringify({ target, window })).not.toBeNull();
  if (!spot) return;
  const apart =
    spot.left >= target.left + target.width ||
    spot.left + card.width <= target.left ||
    spot.top >= target.top + target.height ||
    spot.top + card.height <= target.top;
  expect(apart, JSON.stringify({ target, spot })).toBe(true);
  expect(spot.left).toBeGreaterThanOrEqual(0);
  expect(spot.top).toBeGreaterThanOrEqual(0);
  expect(spot.left + card.width).toBeLessThanOrEqual(window.width);
  expect(spot.top + card.height).toBeLessThanOrEqual(window.height);
}

describe('the card of the tour', () => {
  it('stands beside what it speaks of, wherever that is', () => {
    for (const window of [desk, phone]) {
      for (let left = 0; left <= window.width - 60; left += 55) {
        for (let top = 0; top <= window.height - 40; top += 35) expectBeside({ left, top, width: 60, height: 40 }, window);
      }
    }
  });

  it('goes below the box, and above the bar of a phone', () => {
    expect(besideOf({ left: 80, top: 12, width: 1340, height: 48 }, card, desk)).toEqual({ left: 580, top: 72 });
    expect(besideOf({ left: 195, top: 790, width: 90, height: 48 }, card, phone)).toEqual({ left: 38, top: 598 });
  });

  it('goes beside the rail of a low window', () => {
    expect(besideOf({ left: 8, top: 100, width: 40, height: 40 }, card, { width: 640, height: 300 })).toEqual({ left: 60, top: 30 });
  });

  it('has no place where the target fills the window', () => {
    expect(besideOf({ left: 0, top: 0, width: 390, height: 700 }, card, phone)).toBeNull();
  });
});
