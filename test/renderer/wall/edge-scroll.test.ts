/** @file Scrolling by itself near an edge: gently at first, faster towards it, and not for what was only taken hold of there. */
import { expect, test } from 'vitest';
import { edge, edgeSpeed, widened } from '../../../renderer/wall/edge-scroll.ts';

const window = { top: 100, bottom: 900 };
const whole = { top: edge, bottom: edge };

test('it stands still away from the edges', () => {
  for (const y of [100 + edge, 500, 900 - edge]) expect(edgeSpeed(y, window, whole)).toBe(0);
});

test('it scrolls towards the edge that the pointer is near, faster the nearer it is', () => {
  const down = [900 - edge + 1, 880, 890, 900].map((y) => edgeSpeed(y, window, whole));
  expect(down).toEqual(down.toSorted((a, b) => a - b));
  expect(down[0]).toBeGreaterThan(0);
  expect(edgeSpeed(100, window, whole)).toBe(-(down[3] ?? 0));
});

test('beyond the edge it is as fast as at it', () => {
  expect(edgeSpeed(5000, window, whole)).toBe(edgeSpeed(900, window, whole));
  expect(edgeSpeed(-5000, window, whole)).toBe(edgeSpeed(100, window, whole));
});

test('what is taken hold of near an edge stands still until it is moved on, and has the whole zone once it was away', () => {
  const held = widened(880, window);
  expect(edgeSpeed(880, window, held)).toBe(0);
  expect(edgeSpeed(890, window, held)).toBeGreaterThan(0);
  const away = widened(500, window, held);
  expect(away).toEqual(whole);
  expect(edgeSpeed(880, window, away)).toBeGreaterThan(0);
});
