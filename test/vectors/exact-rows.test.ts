import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileDots } from '../../core/vectors/assembly/build.ts';
import { ExactRows } from '../../core/vectors/exact-rows.ts';
import { decodeFloat16, encodeFloat16 } from '../../core/vectors/float16.ts';
import { TopK } from '../../core/vectors/top-k.ts';
import type { Neighbour } from '../../core/vectors/vector-index.ts';
import { syntheticVectors, uniform } from './synthetic.ts';

const dimension = 24; // not a multiple of what the kernel takes at once

function filled(count: number): { rows: ExactRows; vector: (key: number) => Float32Array } {
  const values = syntheticVectors({ rows: count, dimension });
  const rows = new ExactRows(dimension);
  const vector = (key: number) => values.slice((key - 1) * dimension, key * dimension);
  for (let key = 1; key <= count; key++) rows.set(key, encodeFloat16(vector(key)));
  return { rows, vector };
}

function rank(rows: ExactRows, query: Float32Array, among?: ReadonlySet<number>): Neighbour[] {
  const all: Neighbour[] = [];
  rows.score(query, among, (key, score) => all.push({ key, score }));
  return all.sort((a, b) => b.score - a.score || a.key - b.key);
}

/** In float64, of the vectors as they are stored. */
const plainDot = (query: Float32Array, vector: Float32Array) =>
  new Float16Array(vector).reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0);

describe('exact rows', () => {
  it('answer as dot products one by one do', () => {
    const { rows, vector } = filled(3000);
    const query = vector(77);
    const ranked = rank(rows, query);
    expect(new Set(ranked.map(({ key }) => key)).size).toBe(3000);
    for (const { key, score } of ranked) expect(score).toBeCloseTo(plainDot(query, vector(key)), 5);
    expect(rows.search(query, 10)).toEqual(ranked.slice(0, 10));
    expect(rows.search(query, 9999)).toEqual(ranked);
  });

  it('score a row the same alone and among all', () => {
    const { rows, vector } = filled(200);
    const ranked = rank(rows, vector(1));
    for (const { key, score } of ranked) expect(rank(rows, vector(1), new Set([key]))).toEqual([{ key, score }]);
  });

  it('handle the smallest, the largest and zero values of float16', () => {
    const rows = new ExactRows(4);
    const stored = Float32Array.of(2 ** -24, -65_504, 0, 3 * 2 ** -20);
    rows.set(1, encodeFloat16(stored));
    expect(rows.search(Float32Array.of(1, 0, 0, 0), 1)[0]?.score).toBe(2 ** -24);
    expect(rows.search(Float32Array.of(0, 2, 0, 0), 1)[0]?.score).toBe(-131_008);
    expect(rows.search(Float32Array.of(0, 0, 65_504, 1), 1)[0]?.score).toBe(3 * 2 ** -20);
  });

  it('keep every other row when rows are deleted and memory is given back', () => {
    const { rows, vector } = filled(5000);
    const random = uniform(5);
    const left = new Set(rows.keys());
    const all = [...left];
    while (left.size > 40) {
      const key = all[Math.floor(random() * all.length)] ?? 0;
      expect(rows.delete(key)).toBe(left.delete(key));
      if (left.size % 500 === 0) rows.trim();
    }
    expect([...rows.keys()].sort()).toEqual([...left].sort());
    for (const key of left) expect(rows.search(vector(key), 1)[0]?.score).toBeCloseTo(plainDot(vector(key), vector(key)), 5);
    rows.set(99_999, encodeFloat16(vector(1)));
    expect(rows.search(vector(1), 1)[0]?.key).toBe(99_999);
  });

  it('look only among the wanted keys, whether those are few or many', () => {
    const { rows, vector } = filled(300);
    const few = new Set([3, 5, 250, 9999]);
    expect(rank(rows, vector(1), few).map((hit) => hit.key)).toHaveLength(3);
    const many = new Set(Array.from({ length: 400 }, (_, i) => i + 2));
    expect(rows.search(vector(1), 300, many).map((hit) => hit.key)).not.toContain(1);
    expect(rank(rows, vector(1), many)).toHaveLength(299);
  });

  it('replace a row that is set again', () => {
    const { rows, vector } = filled(10);
    rows.set(4, encodeFloat16(vector(9)));
    expect(rows.size).toBe(10);
    expect(rows.search(vector(9), 2).map(({ key }) => key)).toEqual([4, 9]);
  });
});

it('runs the kernel that its source says', async () => {
  const committed = readFileSync(new URL('../../core/vectors/dots.wasm', import.meta.url));
  expect(Buffer.from(await compileDots()).equals(committed), 'run `node core/vectors/assembly/build.ts` and commit the result').toBe(true);
});

describe('top k', () => {
  it('holds the best, ties by key, whatever the order of arrival', () => {
    const random = uniform(3);
    for (let round = 0; round < 200; round++) {
      const all = Array.from({ length: 40 }, (_, key) => ({ key, score: Math.floor(random() * 10) }));
      const k = Math.floor(random() * 12);
      const best = new TopK(k);
      for (const { key, score } of [...all].sort(() => random() - 0.5)) best.offer(key, score);
      expect(best.sorted()).toEqual(all.sort((a, b) => b.score - a.score || a.key - b.key).slice(0, k));
    }
  });
});

describe('float16', () => {
  it('keeps what a half holds and stays within 2^-11 elsewhere', () => {
    const vector = syntheticVectors({ rows: 1, dimension: 1000 });
    const out = new Float32Array(1002);
    decodeFloat16(encodeFloat16(vector), out, 1);
    for (const [i, value] of vector.entries())
      expect(Math.abs((out[i + 1] ?? 0) - value)).toBeLessThanOrEqual(Math.abs(value) / 2048 + 2 ** -25);
    const exact = Float32Array.of(0, -1, 0.5, 1024, 65504);
    decodeFloat16(encodeFloat16(exact), out, 0);
    expect(out.slice(0, 5)).toEqual(exact);
  });

  it('reads blobs at odd addresses', () => {
    const bytes = new Uint8Array(9);
    bytes.set(encodeFloat16(Float32Array.of(1, 2, 3, 4)), 1);
    const out = new Float32Array(4);
    decodeFloat16(bytes.subarray(1), out);
    expect([...out]).toEqual([1, 2, 3, 4]);
  });

  it('refuses what is not a finite half', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 70_000]) {
      expect(() => encodeFloat16(Float32Array.of(0, bad))).toThrow(expect.objectContaining({ code: 'bad-request' }));
    }
  });
});
