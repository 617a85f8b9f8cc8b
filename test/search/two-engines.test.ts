/** @file Answers of two engines: how ranks are merged, what a slow or half-informed one may do to an answer, and what it may not. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { searchPage } from '../../core/api/query.ts';
import type { OpenEngine } from '../../core/indexing/engines.ts';
import { mergeByRank, type Side } from '../../core/search/merge.ts';
import type { Searcher } from '../../core/search/searcher.ts';
import { ensureSpace } from '../../core/store/contents.ts';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import { until } from '../indexing/setup.ts';
import { type Mixture, ToyEmbedder, type ToyLibrary, toyLibrary } from './toy-library.ts';

/** An engine that ranks `keys` in this order, of `size` in all. */
function side(source: string, keys: readonly number[], { size = keys.length, above = 0, also = [] as number[] } = {}): Side {
  const best = keys.map((key, at) => ({ key, score: 1 - at / 1000 }));
  return { source, best, above, size, alsoRanks: (asked) => new Set(asked.filter((key) => also.includes(key))) };
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const keysOf = (...sides: Side[]): number[] => mergeByRank(sides).entries.map(({ key }) => key);

describe('ranks of two engines', () => {
  test('are merged so that what both put high comes first', () => {
    expect(keysOf(side('a', [1, 2, 3, 4, 5]), side('b', [2, 5, 1, 3, 4]))).toEqual([2, 1, 5, 3, 4]);
  });

  test('that agree stay as they are, with a score that falls from 1', () => {
    const { entries } = mergeByRank([side('a', upTo(50)), side('b', upTo(50))]);
    expect(entries.map(({ key }) => key)).toEqual(upTo(50));
    expect(entries[0]).toMatchObject({
      score: 1,
      rank: 1,
      ranks: [
        { source: 'a', rank: 1 },
        { source: 'b', rank: 1 },
      ],
    });
    expect(entries.every(({ score }, i) => i === 0 || score < (entries[i - 1]?.score ?? 0))).toBe(true);
  });

  test('leave what only one of them has seen where that one puts it', () => {
    // b has not seen 2, and agrees with a otherwise.
    expect(keysOf(side('a', [1, 2, 3, 4]), side('b', [1, 3, 4]))).toEqual([1, 2, 3, 4]);
    // It does not fall behind what both have seen and b finds poor.
    expect(keysOf(side('a', [1, 2, ...upTo(40).slice(2)]), side('b', [...upTo(40).slice(2), 1])).indexOf(2)).toBe(0);
  });

  test('count for little while one of them has seen little', () => {
    const all = upTo(1000);
    // The first of the ten that b has seen is a's last.
    const few = keysOf(side('a', all), side('b', [1000, ...upTo(9)]));
    expect(few.indexOf(1000)).toBeGreaterThan(500);
    // What both put first stays first.
    expect(keysOf(side('a', all), side('b', [1, ...all.slice(500, 509)]))[0]).toBe(1);
    // And the more it has seen, the more it counts.
    const half = keysOf(side('a', all), side('b', [1000, ...upTo(499)]));
    const whole = keysOf(side('a', all), side('b', [1000, ...upTo(999)]));
    expect(half.indexOf(1000)).toBeLessThan(few.indexOf(1000));
    expect(whole.indexOf(1000)).toBeLessThan(half.indexOf(1000));
  });

  test('take what an engine has seen and not listed as behind its list', () => {
    const a = side('a', [1, 2, 3], { size: 100, also: [9] });
    // b's first is poor by a: it must not stand beside what a has put first and b has never seen.
    const known = mergeByRank([a, side('b', [9], { size: 100 })]).entries;
    const unknown = mergeByRank([side('a', [1, 2, 3], { size: 100 }), side('b', [9], { size: 100 })]).entries;
    const score = (entries: typeof known) => entries.find(({ key }) => key === 9)?.score ?? 0;
    expect(score(known)).toBeLessThan(score(unknown));
    expect(known.find(({ key }) => key === 9)?.ranks).toEqual([{ source: 'b', rank: 1, score: 1 }]);
  });

  test('put above the line what one of them puts there', () => {
    const { entries, above } = mergeByRank([side('a', upTo(10), { above: 2 }), side('b', upTo(10).reverse(), { above: 1 })]);
    expect(above).toBe(3);
    expect(new Set(entries.slice(0, 3).map(({ key }) => key))).toEqual(new Set([1, 2, 10]));
  });
});

type Second = OpenEngine & { readonly embedder: ToyEmbedder; see(fileId: string, shows: Mixture): void };

/** A second engine with a space of its own, that has seen nothing yet. */
function second(library: ToyLibrary): Second {
  const embedder = new ToyEmbedder('other');
  const { store } = library;
  const { dimension } = embedder.space;
  const spaceId = ensureSpace(store, embedder.space);
  const vectors = openVectorIndex({ store, spaceId, dimension, backend: 'exact' });
  onTestFinished(() => vectors.close());
  return {
    name: 'Other',
    embedder,
    spaceId,
    vectors,
    see: (fileId, shows) => {
      const partId = Number(
        store.db.prepare('SELECT parts.id FROM parts JOIN files USING (content_id) WHERE files.id = ?').pluck().get(fileId),
      );
      const vector = embedder.vectorOf(shows, `other${fileId}`);
      const words = [{ text: 'seen by the other', probability: 1 }];
      vectors.add(putEmbedding(store, { spaceId, partId, vector, pass: 'fast', words }).key, vector);
    },
  };
}

const things = (n: number) => Array.from({ length: n }, (_, i) => ({ path: `t${i}.jpg`, shows: { [`thing${i}`]: 1 } }));

function both(library: ToyLibrary, next: Second, patienceMs = 60_000): Searcher {
  return library.reopen({ engines: { serving: library.engine, next }, patienceMs });
}

describe('an answer of two engines', () => {
  test('has every item once, and says where each engine puts it', async () => {
    const library = toyLibrary();
    const ids = library.add({ path: 'a.jpg', shows: { cat: 1 } }, { path: 'b.jpg', shows: { cat: 1 }, content: 'a.jpg' }, ...things(20));
    const other = second(library);
    const [, ...rest] = ids;
    // It sees a cat where the first engine sees a thing.
    for (const [i, id] of rest.slice(1, 11).entries()) other.see(id, i === 0 ? { cat: 1 } : { [`thing${i}`]: 1 });
    const searcher = both(library, other);
    await searcher.calibrated();
    const page = await searcher.search({ query: { text: 'cat' } });
    expect(() => searchPage.parse(page)).not.toThrow();
    expect(page.hits.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(page.total).toBe(22);
    expect(page.hits.slice(0, 3).map(({ name }) => name)).toEqual(['a.jpg', 'b.jpg', 't0.jpg']);
    expect(page.hits[0]?.why.ranks).toMatchObject([{ source: 'Toy', rank: 1 }]);
    expect(page.hits[2]?.why.ranks.map(({ source }) => source)).toEqual(['Toy', 'Other']);
    expect(page.hits[2]?.why.ranks[1]).toMatchObject({ source: 'Other', rank: 1 });
    expect(page.hits[2]?.why.ranks[1]?.score).toBeGreaterThan(0.9);
    expect(page.hits.slice(0, 3).every(({ aboveCut }) => aboveCut)).toBe(true);
    expect(page.hits.filter(({ aboveCut }) => aboveCut)).toHaveLength(page.cut);
    expect(page.hits[2]?.why.words).toEqual([{ text: 'seen by the other', probability: 1 }]);
    expect(page.hits[0]?.why.words[0]?.text).toBe('cat');
    expect(page.understood.says).toEqual([{ text: 'other', probability: 1 }]);
  });

  test('pages through everything, past what the first look at each index found', async () => {
    const library = toyLibrary();
    const ids = library.add(
      ...Array.from({ length: 900 }, (_, i) => ({ path: `${i}.jpg`, shows: { cat: Math.sin(i), [`t${i % 7}`]: 1 } })),
    );
    const other = second(library);
    for (const [i, id] of ids.entries()) if (i % 3 > 0) other.see(id, { cat: Math.cos(i), [`t${i % 5}`]: 1 });
    const searcher = both(library, other);
    const found: string[] = [];
    for (let cursor: string | undefined; found.length < 2000; ) {
      const page = await searcher.search({ query: { text: 'cat' }, limit: 130, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.hits.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect([found.length, new Set(found).size]).toEqual([900, 900]);
  });

  test('keeps names, filters, dates and groups', async () => {
    const library = toyLibrary();
    const [cat = '', twin = '', boat = ''] = library.add(
      { path: 'cat.jpg', shows: { dog: 1 }, dhash: 'f0f0f0f0f0f0f0f0', takenAt: '2020-01-01T10:00:00' },
      { path: 'twin.jpg', shows: { dog: 1 }, dhash: 'f0f0f0f0f0f0f0f1', takenAt: '2021-01-01T10:00:00' },
      { path: 'boat.png', shows: { boat: 1 }, type: 'png', takenAt: '2022-01-01T10:00:00' },
      ...things(10),
    );
    const other = second(library);
    for (const id of [cat, twin, boat]) other.see(id, { boat: 1 });
    const searcher = both(library, other);
    const named = await searcher.search({ query: { text: 'cat.jpg', literal: true } });
    expect(named.hits[0]).toMatchObject({ id: cat, aboveCut: true, why: { text: { field: 'name' } } });
    expect(named.hits[0]?.why.ranks.map(({ source }) => source)).toEqual(['Toy', 'Other', 'names']);
    expect((await searcher.search({ query: { text: 'boat', filters: { types: ['png'] } } })).hits.map(({ id }) => id)).toEqual([boat]);
    const dated = await searcher.search({ query: { text: 'dog' }, order: 'date', limit: 1000 });
    const above = dated.hits.filter(({ aboveCut }) => aboveCut).map(({ takenAt }) => takenAt);
    expect([above.length > 0, above]).toEqual([true, [...above].sort().reverse()]);
    const grouped = await searcher.search({ query: { text: 'dog' }, group: true, limit: 1000 });
    expect(grouped.total).toBe(12);
    expect(grouped.hits.find(({ id }) => id === cat || id === twin)?.similar).toHaveLength(1);
  });

  test('finds a picture by itself and not beside its edit, whoever has seen it', async () => {
    const library = toyLibrary();
    const [cat = '', ...others] = library.add({ path: 'cat.jpg', shows: { cat: 1 } }, { path: 'dog.jpg', shows: { dog: 1 } }, ...things(5));
    const other = second(library);
    for (const id of others) other.see(id, { dog: 1 });
    const searcher = both(library, other);
    const picture = { kind: 'item', id: cat } as const;
    expect((await searcher.search({ query: { picture } })).hits[0]?.id).toBe(cat);
    const edited = await searcher.search({ query: { picture, edit: 'dog' } });
    expect(edited.total).toBe(6);
    expect(edited.hits.map(({ id }) => id)).not.toContain(cat);
  });
});

test('a page of two engines goes on with one of them', async () => {
  const library = toyLibrary();
  const ids = library.add(...Array.from({ length: 30 }, (_, i) => ({ path: `${i}.jpg`, shows: { cat: Math.sin(i), dog: 1 } })));
  const other = second(library);
  for (const [i, id] of ids.entries()) other.see(id, { cat: Math.cos(i), dog: 1 });
  const { nextCursor } = await both(library, other).search({ query: { text: 'cat' }, limit: 10 });
  const rest = await library.reopen().search({ query: { text: 'cat' }, limit: 1000, cursor: nextCursor ?? '' });
  expect(rest.hits).toHaveLength(20);
});

describe('a second engine that is slow', () => {
  test('does not hold up the answer, and has its say the next time', async () => {
    const library = toyLibrary();
    const ids = library.add({ path: 'a.jpg', shows: { cat: 1 } }, ...things(9));
    const other = second(library);
    for (const id of ids) other.see(id, { cat: 1 });
    const gate = Promise.withResolvers<void>();
    other.embedder.gate = gate.promise;
    const searcher = both(library, other, 20);
    const first = await searcher.search({ query: { text: 'cat' } });
    expect(first.hits[0]?.why.ranks.map(({ source }) => source)).toEqual(['vectors']);
    expect(first.hits).toHaveLength(10);
    gate.resolve();
    const sources = async () => (await searcher.search({ query: { text: 'cat' } })).hits[0]?.why.ranks.map(({ source }) => source) ?? [];
    await until(async () => (await sources()).includes('Other'), 'the second engine was heard');
    expect(other.embedder.calls.filter((call) => call === 'text').length).toBeLessThanOrEqual(1 + 6); // and 30 ordinary words, by five
  });

  test('is asked the latest question only', async () => {
    const library = toyLibrary();
    const ids = library.add(...things(3));
    const other = second(library);
    for (const id of ids) other.see(id, { cat: 1 });
    const aborted: boolean[] = [];
    other.embedder.text = async (_, options) => {
      const at = aborted.push(false) - 1;
      await new Promise((resolve) => {
        options?.signal?.addEventListener('abort', () => {
          aborted[at] = true;
          resolve(undefined);
        });
      });
      throw new Error('aborted');
    };
    const searcher = both(library, other, 5);
    for (const text of ['c', 'ca', 'cat']) await searcher.search({ query: { text } });
    expect(aborted).toEqual([true, true, false]);
    await searcher.leave(other);
    expect(aborted).toEqual([true, true, true]);
  });

  test('that fails is left out', async () => {
    const library = toyLibrary();
    const ids = library.add(...things(3), { path: 'a.jpg', shows: { cat: 1 } });
    const other = second(library);
    for (const id of ids) other.see(id, { cat: 1 });
    other.embedder.text = () => Promise.reject(new Error('broken'));
    expect((await both(library, other).search({ query: { text: 'cat' } })).hits.map(({ name }) => name)[0]).toBe('a.jpg');
  });

  test('and has seen nothing is not waited for', async () => {
    const library = toyLibrary();
    library.add(...things(3));
    const other = second(library);
    other.embedder.gate = new Promise(() => undefined);
    expect((await both(library, other).search({ query: { text: 'cat' } })).hits).toHaveLength(3);
    expect(other.embedder.calls).toEqual([]);
  });
});
