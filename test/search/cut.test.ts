/** @file The cut line, on scores that are made up so that the right line is known. */
import { expect, test } from 'vitest';
import { type Chance, chanceOf, cutScore, ordinaryOf, upperTail } from '../../core/search/cut.ts';

/** `n` scores like those of unrelated pictures: evenly spaced quantiles of a normal distribution. */
function unrelated(n: number, { mean, deviation }: Chance): number[] {
  return Array.from({ length: n }, (_, i) => mean + deviation * quantile((i + 0.5) / n));
}

function quantile(p: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const z = (low + high) / 2;
    if (1 - upperTail(z) < p) low = z;
    else high = z;
  }
  return low;
}

const chance: Chance = { mean: 0.1, deviation: 0.1 };

function above(scores: number[], known: Chance | undefined = chance): number {
  const best = [...scores].sort((a, b) => b - a);
  const line = cutScore({ best, total: best.length, sample: Float32Array.from(scores), chance: known });
  return best.filter((score) => score >= line).length;
}

test.each([15, 200, 5000, 100_000])('among %i pictures of which five match, those are above the line and next to nothing else', (n) => {
  const count = above([...unrelated(n - 5, chance), 0.6, 0.62, 0.65, 0.7, 0.75]);
  expect(count).toBeGreaterThanOrEqual(5);
  expect(count).toBeLessThanOrEqual(7);
});

test.each([2, 15, 200, 5000, 100_000])('among %i pictures of which none matches, nothing is above the line', (n) => {
  expect(above(unrelated(n, chance))).toBe(0);
});

test('a match that is half the library is above the line', () => {
  expect(above([...unrelated(100, chance), ...unrelated(100, { mean: 0.6, deviation: 0.03 })])).toBe(100);
});

test('a query that scores high everywhere has only what stands out above the line', () => {
  expect(above([...unrelated(500, { mean: 0.33, deviation: 0.02 }), 0.7])).toBeLessThan(20);
});

test('raising a score never takes it below the line', () => {
  const scores = [...unrelated(300, chance), 0.45, 0.5, 0.55];
  const before = above(scores);
  for (let i = 0; i < 30; i++) expect(above(scores.with(-1, 0.55 + i / 50))).toBeGreaterThanOrEqual(before);
});

test('without knowing chance the line is drawn from the query alone', () => {
  expect(above([...unrelated(500, chance), 0.7, 0.75], undefined)).toBeLessThanOrEqual(4);
  expect(above(unrelated(500, chance), undefined)).toBe(0);
});

test('one picture, equal scores and no scores do no harm', () => {
  expect(above([0.9])).toBe(1);
  expect(above([0.1])).toBe(0);
  expect(above(Array(10).fill(0.1))).toBe(0);
  expect(above([])).toBe(0);
});

test('mean and deviation, median and spread', () => {
  expect(chanceOf(Float32Array.of(1, 2, 3, 4)).mean).toBe(2.5);
  expect(chanceOf(Float32Array.of(1, 2, 3, 4)).deviation).toBeCloseTo(Math.sqrt(1.25), 6);
  expect(ordinaryOf(Float32Array.of(1, 2, 3, 4, 100))).toEqual({ mean: 3, deviation: 1.4826 });
  expect(upperTail(0)).toBeCloseTo(0.5, 6);
  expect(upperTail(1.959964)).toBeCloseTo(0.025, 6);
  expect(upperTail(-1.959964)).toBeCloseTo(0.975, 6);
  expect(upperTail(5)).toBeCloseTo(2.87e-7, 8);
});
