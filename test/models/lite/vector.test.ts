/** @file The arithmetic of vectors. */
import { expect, it } from 'vitest';
import { largest, softmax, unit } from '../../../models/lite/vector.ts';

it('finds the largest, the earlier of two equals first', () => {
  expect(largest(Float32Array.of(1, 5, 3, 5, -2, 3), 4)).toEqual([1, 3, 2, 5]);
  expect(largest(Float32Array.of(2, 1), 5)).toEqual([0, 1]);
  expect(largest(Float32Array.of(2, 1), 0)).toEqual([]);
  const many = Float32Array.from({ length: 1000 }, (_, i) => (i * 7919) % 1000);
  const sorted = [...many.keys()].sort((i, j) => (many[j] ?? 0) - (many[i] ?? 0));
  expect(largest(many, 10)).toEqual(sorted.slice(0, 10));
});

it('makes probabilities of any numbers', () => {
  const probabilities = softmax(Float32Array.of(1000, 999, -1000), 1);
  expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
  expect(probabilities[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
  expect(softmax(Float32Array.of(2, 0), 2)[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 6);
});

it('leaves zeros as they are', () => {
  expect(unit(new Float32Array(3))).toEqual(new Float32Array(3));
  expect(unit(Float32Array.of(3, 4))[1]).toBeCloseTo(0.8, 6);
});
