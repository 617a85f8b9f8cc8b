import { describe, expect, it } from 'vitest';
import { ExactRows } from '../../core/vectors/exact-rows.ts';
import { decodeFloat16, encodeFloat16 } from '../../core/vectors/float16.ts';
import { TopK } from '../../core/vectors/top-k.ts';
import type { Neighbour } from '../../core/vectors/vector-index.ts';
import { syntheticVectors, uniform } from './synthetic.ts';

const dimension = 24;

function filled(rows: number): { rows: ExactRows; vector: (key: number) => Float32Array } {
  const values = syntheticVectors({ rows, dimension });
  const exact = new ExactRows(dimension);
  const vector = (key: number) => values.slice((key - 1) * dimension, key * dimension);
  for (let key = 1; key <= rows; key++) exact.set(key, vector(key));
  return { rows: exact, vector };
}

function rank(rows: ExactRows, query: Float32Array, among?: ReadonlySet<number>): Neighbour[] {
  const all: Neighbour[] = [];
  rows.score(query, among, (key, score) => all.push({ key, score }));
  return all.sort((a, b) => b.score - a.score || a.key - b.key);
}

const plainDot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

describe('exact rows', () => {
  it('answer as sorting all dot products does', () => {
    const { rows, vector } = filled(500);
    const query = vector(77);
    const expected = Array.from({ length: 500 }, (_, i) => ({ key: i + 1, score: plainDot(query, vector(i + 1)) })).sort(
      (a, b) => b.score - a.score || a.key - b.key,
    );
    expect(rank(rows, query)).toEqual(expected);
    expect(rows.search(query, 10)).toEqual(expected.slice(0, 10));
    expect(rows.search(query, 9999)).toEqual(expected);
  });

  it('keep every other row when rows are deleted, over block borders', () => {
    const large = 4096; // 64 rows to a block
    const values = syntheticVectors({ rows: 200, dimension: large });
    const rows = new ExactRows(large);
    for (let row = 0; row < 200; row++) rows.set(row, values.subarray(row * large, (row + 1) * large));
    const random = uniform(5);
    const left = new Set(Array.from({ length: 200 }, (_, row) => row));
    while (left.size > 3) {
      const key = Math.floor(random() * 200);
      expect(rows.delete(key)).toBe(left.delete(key));
      expect(rows.size).toBe(left.size);
    }
    for (const key of left) expect(rows.get(key)).toEqual(values.slice(key * large, (key + 1) * large));
    expect([...rows.keys()].sort()).toEqual([...left].sort());
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
    rows.set(4, vector(9));
    expect(rows.size).toBe(10);
    expect(rows.get(4)).toEqual(vector(9));
  });
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
