import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteEmbeddings, putEmbedding } from '../../core/store/embeddings.ts';
import { sqliteVssProblem } from '../../core/vectors/build-segment.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import type { Limits } from '../../core/vectors/plan.ts';
import type { Neighbour, VectorIndex } from '../../core/vectors/vector-index.ts';
import { addPart, addVectors, createLibrary, partOf, silent } from './library.ts';
import { syntheticVectors } from './synthetic.ts';

const dimension = 64;
const limits: Partial<Limits> = { exactRows: 500, tailRows: 500, segmentRows: 2500, amongRows: 300 };
const vssProblem = await sqliteVssProblem({ log: silent });
const backends = [
  { backend: 'exact', problem: undefined },
  { backend: 'usearch', problem: undefined },
  { backend: 'sqlite-vss', problem: vssProblem },
] as const;

describe.each(backends)('the $backend index', ({ backend, problem }) => {
  let library: ReturnType<typeof createLibrary>;
  let index: VectorIndex;
  const open = () => openVectorIndex({ ...library, backend, limits, log: silent });
  const reopen = () => {
    index.close();
    index = open();
  };

  beforeEach(() => {
    library = createLibrary(dimension);
    index = open();
  });
  afterEach(() => {
    index.close();
    library.destroy();
  });

  const fill = (rows: number, seed = 1) => {
    const values = syntheticVectors({ rows, dimension, seed, clusters: 60 });
    const keys = addVectors(library, values);
    for (const [row, key] of keys.entries()) index.add(key, values.subarray(row * dimension, (row + 1) * dimension));
    return keys;
  };
  const queries = (n: number) => {
    const values = syntheticVectors({ rows: n, dimension, seed: 99, clusters: 60 });
    return Array.from({ length: n }, (_, row) => values.subarray(row * dimension, (row + 1) * dimension));
  };
  /** Dot products of what is stored, worked out beside the index. */
  const truth = (query: Float32Array) =>
    library.db
      .prepare<[], { id: number; vector: Buffer }>('SELECT id, vector FROM embeddings')
      .all()
      .map(({ id, vector }) => {
        const stored = new Float16Array(new Uint8Array(vector).buffer);
        return { key: id, score: stored.reduce((sum, value, i) => sum + value * (query[i] ?? 0), 0) };
      })
      .sort((a, b) => b.score - a.score || a.key - b.key);
  const expectScores = (hits: readonly Neighbour[], of: readonly Neighbour[]) => {
    const scores = new Map(of.map(({ key, score }) => [key, score]));
    for (const { key, score } of hits) expect(score).toBeCloseTo(scores.get(key) ?? Number.NaN, 5);
    expect(hits).toEqual([...hits].sort((a, b) => b.score - a.score || a.key - b.key));
  };
  const recall = (k: number, all: Float32Array[]) => {
    const found = all.map((query) => {
      const best = new Set(
        truth(query)
          .slice(0, k)
          .map(({ key }) => key),
      );
      return index.search(query, { k }).filter(({ key }) => best.has(key)).length / k;
    });
    return found.reduce((sum, share) => sum + share, 0) / all.length;
  };

  it.skipIf(problem)('answers like a plain scan, with exact scores, also after it was reopened', { timeout: 120_000 }, async () => {
    fill(6000);
    await index.settled();
    const asked = queries(40);
    for (const round of ['built', 'reopened']) {
      const health = index.health();
      expect(health, round).toMatchObject({ backend, live: 6000, tombstones: 0, building: false, note: '' });
      if (backend === 'exact') expect(health).toMatchObject({ segments: 0, tail: 6000 });
      else expect(health.tail, round).toBeLessThanOrEqual(500);
      expect(recall(10, asked)).toBeGreaterThanOrEqual(0.99);
      for (const query of asked.slice(0, 5)) {
        const hits = index.search(query, { k: 100 });
        expect(hits).toHaveLength(100);
        expectScores(hits, truth(query));
        expect(hits).toEqual([...hits].sort((a, b) => b.score - a.score || a.key - b.key));
      }
      reopen();
      await index.settled();
    }
  });

  it.skipIf(problem)('ranks everything exactly', { timeout: 60_000 }, async () => {
    const keys = fill(1500);
    await index.settled();
    fill(20, 2);
    const [query = new Float32Array()] = queries(1);
    const expected = truth(query);
    const ranked = index.rank(query);
    expect(ranked).toHaveLength(1520);
    expectScores(ranked, expected);
    const half = new Set(keys.filter((key) => key % 2 === 0));
    expect(index.rank(query, half)).toEqual(ranked.filter(({ key }) => half.has(key)));
    expect(index.search(query, { k: 10_000 })).toEqual(ranked);
  });

  it.skipIf(problem)('answers within a filter, whether it leaves few, many or neighbouring rows', { timeout: 60_000 }, async () => {
    const keys = fill(3000);
    await index.settled();
    const filters = {
      few: keys.filter((key) => key % 50 === 0),
      many: keys.filter((key) => key % 3 === 0),
      half: keys.slice(1000, 2400),
      none: [999_999],
    };
    let [found, wanted] = [0, 0];
    for (const allowed of Object.values(filters)) {
      const among = new Set(allowed);
      for (const query of queries(10)) {
        const best = truth(query)
          .filter(({ key }) => among.has(key))
          .slice(0, 10);
        const hits = index.search(query, { k: 10, among });
        expect(hits.every(({ key }) => among.has(key))).toBe(true);
        expect(hits).toHaveLength(best.length);
        wanted += best.length;
        found += hits.filter(({ key }) => best.some((one) => one.key === key)).length;
      }
    }
    expect(found / wanted).toBeGreaterThanOrEqual(0.99);
  });

  it.skipIf(problem)('never returns what was removed, and keeps returning the rest', { timeout: 60_000 }, async () => {
    const keys = fill(1200);
    await index.settled();
    const [query = new Float32Array()] = queries(1);
    const best = index.search(query, { k: 60 }).map(({ key }) => key);
    const removed = new Set(best.slice(0, 40));
    for (const key of removed) deleteEmbeddings(library.store, partOf(library.db, key));
    index.remove([...removed]);
    for (const round of ['removed', 'reopened', 'built again']) {
      const hits = index.search(query, { k: 60 }).map(({ key }) => key);
      expect(
        hits.filter((key) => removed.has(key)),
        round,
      ).toEqual([]);
      expect(hits.slice(0, 15), round).toEqual(
        truth(query)
          .slice(0, 15)
          .map(({ key }) => key),
      );
      expect(index.rank(query), round).toHaveLength(1160);
      expect(index.health().live, round).toBe(1160);
      if (round === 'removed') reopen();
      else if (round === 'reopened') {
        const more = keys.filter((key) => !removed.has(key)).slice(0, 100);
        for (const key of more) {
          const row = library.db
            .prepare<[number], { vector: Buffer; part_id: number }>('SELECT vector, part_id FROM embeddings WHERE id = ?')
            .get(key);
          deleteEmbeddings(library.store, row?.part_id ?? 0);
        }
        index.remove(more);
        await index.settled(); // more than a tenth is deleted now
        if (backend !== 'exact') expect(index.health().tombstones).toBe(0);
        fill(100, 3);
        for (const key of more) removed.add(key);
      }
    }
  });

  it.skipIf(problem)('finds a row at once when it was added or embedded again', { timeout: 60_000 }, async () => {
    fill(800);
    await index.settled();
    const partId = addPart(library.db);
    const vector = new Float32Array(dimension).fill(0.1);
    const put = (value: Float32Array) => putEmbedding(library.store, { spaceId: 1, partId, vector: value, pass: 'fast', words: [] });
    const first = put(vector);
    index.add(first.key, vector);
    expect(index.search(vector, { k: 1 })[0]?.key).toBe(first.key);
    const second = put(vector.map((value) => -value));
    index.remove([first.key]);
    index.add(
      second.key,
      vector.map((value) => -value),
    );
    expect(second.replaced).toBe(first.key);
    expect(index.search(vector, { k: 801 }).at(-1)?.key).toBe(second.key);
    expect(index.search(vector, { k: 801 }).some(({ key }) => key === first.key)).toBe(false);
  });

  it.skipIf(problem)('samples the same live keys however they came', { timeout: 60_000 }, async () => {
    const keys = fill(900);
    const before = index.sample(100);
    expect(new Set(before.keys).size).toBe(100);
    expect(index.sample(100)).toBe(before);
    await index.settled();
    reopen();
    const after = index.sample(100);
    expect(after.keys).toEqual(before.keys);
    const [query = new Float32Array()] = queries(1);
    const scores = new Map(truth(query).map(({ key, score }) => [key, score]));
    for (const [at, score] of after.scores(query).entries()) expect(score).toBeCloseTo(scores.get(after.keys[at] ?? 0) ?? Number.NaN, 5);
    const [gone = 0] = after.keys;
    deleteEmbeddings(library.store, partOf(library.db, gone));
    index.remove([gone]);
    expect(index.sample(100).keys).not.toContain(gone);
    expect(index.sample(5000).keys).toHaveLength(keys.length - 1);
    // Spread evenly: the mean of a uniform sample of 1..900.
    expect(before.keys.reduce((sum, key) => sum + key, 0) / 100).toBeGreaterThan(350);
    expect(before.keys.reduce((sum, key) => sum + key, 0) / 100).toBeLessThan(550);
  });

  it.skipIf(problem)('refuses a wrong dimension and values that are not finite', () => {
    fill(10);
    const refused = expect.objectContaining({ code: 'bad-request' });
    const bad = new Float32Array(dimension).fill(1);
    bad[7] = Number.NaN;
    expect(() => index.search(new Float32Array(dimension - 1), { k: 1 })).toThrow(refused);
    expect(() => index.search(bad, { k: 1 })).toThrow(refused);
    expect(() => index.rank(new Float32Array(dimension + 1))).toThrow(refused);
    expect(() => index.add(11, new Float32Array(3))).toThrow(refused);
    expect(() => index.add(11, bad)).toThrow(refused);
    expect(index.health().live).toBe(10);
  });

  it.skipIf(problem)('answers of an empty library are empty', () => {
    const query = new Float32Array(dimension).fill(1);
    expect(index.search(query, { k: 10 })).toEqual([]);
    expect(index.rank(query)).toEqual([]);
    expect(index.sample(10).keys).toEqual([]);
    expect(index.sample(10).scores(query)).toHaveLength(0);
  });
});
