import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeptRows } from '../../core/vectors/kept-rows.ts';
import { addVectors, createLibrary } from './library.ts';
import { syntheticVectors } from './synthetic.ts';

const dimension = 32;
const rows = 3000;

describe('rows kept in memory', () => {
  let library: ReturnType<typeof createLibrary>;
  let keys: readonly number[];
  let kept: KeptRows;
  const query = syntheticVectors({ rows: 1, dimension, seed: 9 });
  const scored = (first = 0, last = Number.MAX_SAFE_INTEGER): Map<number, number> => {
    const scores = new Map<number, number>();
    kept.score(query, first, last, (key, score) => scores.set(key, score));
    return scores;
  };

  beforeEach(() => {
    library = createLibrary(dimension);
    keys = [...addVectors(library, syntheticVectors({ rows, dimension }))];
    kept = new KeptRows(library);
  });
  afterEach(() => {
    kept.close();
    library.destroy();
  });

  it('are none until they are loaded, then all up to the key that was asked for', async () => {
    expect([kept.upTo, scored().size]).toEqual([0, 0]);
    const last = keys[1999] ?? 0;
    await kept.load(last, rows);
    expect(kept.upTo).toBe(last);
    expect([...scored().keys()]).toEqual(keys.slice(0, 2000));
    await kept.load(keys.at(-1) ?? 0, rows);
    expect(scored().size).toBe(rows);
  });

  it('are scored within a range of keys, both ends inclusive', async () => {
    await kept.load(keys.at(-1) ?? 0, rows);
    expect([...scored(keys[1500], keys[2600]).keys()]).toEqual(keys.slice(1500, 2601));
  });

  it('are left out when they are gone from the library, without being told', async () => {
    await kept.load(keys.at(-1) ?? 0, rows);
    expect(scored().has(keys[10] ?? 0)).toBe(true);
    library.db.prepare('DELETE FROM embeddings WHERE id IN (?, ?)').run(keys[10], keys[2999]);
    const after = scored();
    expect([after.size, after.has(keys[10] ?? 0), after.has(keys[2999] ?? 0)]).toEqual([rows - 2, false, false]);
  });

  it('are none of a space that takes more than they may', async () => {
    kept = new KeptRows({ ...library, mostBytes: rows * dimension });
    await kept.load(keys.at(-1) ?? 0, rows);
    expect([kept.upTo, scored().size]).toEqual([0, 0]);
  });

  it('are given back, and loaded again when they are wanted', async () => {
    await kept.load(keys.at(-1) ?? 0, rows);
    kept.close();
    expect([kept.upTo, scored().size]).toEqual([0, 0]);
    await kept.load(keys.at(-1) ?? 0, rows);
    expect(scored().size).toBe(rows);
  });
});
