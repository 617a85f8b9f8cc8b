/** @file Any page of an answer by its place: the outline, pages from the middle, what stands at a place, and what happens when the library changes. */
import { describe, expect, it, test } from 'vitest';
import { outline, unpackAspects } from '../../core/api/outline.ts';
import type { SearchRequest } from '../../core/api/query.ts';
import type { Searcher } from '../../core/search/searcher.ts';
import { type ToyPicture, toyLibrary } from './toy-library.ts';

const pictures: ToyPicture[] = Array.from({ length: 40 }, (_, i) => ({
  path: `p${i}.jpg`,
  shows: { [i % 4 === 0 ? 'cat' : `thing${i}`]: 1 },
  takenAt: `2023-${String((i % 5) + 1).padStart(2, '0')}-10T10:00:${String(i).padStart(2, '0')}`,
  size: i % 2 === 0 ? [400, 300] : [300, 400],
}));

async function pageByPage(searcher: Searcher, request: SearchRequest): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await searcher.search({ ...request, limit: 7, ...(cursor === '' ? {} : { cursor }) });
    ids.push(...page.hits.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

const requests: readonly SearchRequest[] = [
  { query: { text: 'cat' } },
  { query: { text: 'cat' }, order: 'date' },
  { query: {}, order: 'date' },
  { query: { text: 'cat', filters: { orientation: 'portrait' } } },
  { query: { text: 'cat' }, group: true },
];

describe('the outline', () => {
  it.each(requests)('of %j has the shape and the place of every hit, in the order of the pages', async (request) => {
    const { searcher, add } = toyLibrary();
    add(...pictures, { path: 'copy.jpg', shows: { cat: 1 }, content: 'p0.jpg' }, { path: 'twin.jpg', shows: { dog: 1 } });
    await searcher.calibrated();
    const first = await searcher.search({ ...request, limit: 10 });
    const found = await searcher.outline({ ...request, snapshot: first.snapshot });
    expect(() => outline.parse(found)).not.toThrow();
    const ids = await pageByPage(searcher, request);
    expect(found.snapshot).toBe(first.snapshot);
    expect(unpackAspects(found.aspects)).toHaveLength(first.total);
    expect(found.cut).toBe(first.cut);

    const whole = await searcher.search({ ...request, from: 0, snapshot: first.snapshot, limit: 1000 });
    expect(whole.hits.map(({ id }) => id)).toEqual(ids);
    expect(whole.hits.map(({ at }) => at)).toEqual(ids.map((_, at) => at));
    expect([...unpackAspects(found.aspects)]).toEqual(whole.hits.map(({ width, height }) => Math.round((100 * width) / height)));

    const middle = await searcher.search({ ...request, from: 5, snapshot: first.snapshot, limit: 4 });
    expect(middle.hits).toEqual(whole.hits.slice(5, 9));
    expect(await searcher.search({ ...request, from: 10_000, snapshot: first.snapshot })).toMatchObject({ hits: [], nextCursor: null });
  });

  it('says where each month begins, newest first, and anew below the cut line', async () => {
    const { searcher, add } = toyLibrary();
    add(...pictures);
    await searcher.calibrated();
    for (const request of [requests[1], requests[2]] as const) {
      if (!request) throw new Error('there is no such request');
      const { hits, cut, snapshot } = await searcher.search({ ...request, from: 0, limit: 1000 });
      const { months } = await searcher.outline({ ...request, snapshot });
      const expected = hits.flatMap(({ takenAt }, first) => {
        const isNew = first === 0 || first === cut || hits[first - 1]?.takenAt.slice(0, 7) !== takenAt.slice(0, 7);
        return isNew ? [{ month: takenAt.slice(0, 7), first }] : [];
      });
      expect(months).toEqual(expected);
      expect(months.length).toBeGreaterThan(4);
    }
  });

  it('has no months where the order is relevance', async () => {
    const { searcher, add } = toyLibrary();
    add(...pictures);
    expect((await searcher.outline({ query: { text: 'cat' } })).months).toEqual([]);
  });
});

describe('places', () => {
  test('stay those of the answer while files come and go: what is gone leaves a gap', async () => {
    const library = toyLibrary();
    const ids = library.add(...pictures);
    const request = { query: {}, order: 'date' } as const;
    const before = await library.searcher.search({ ...request, from: 0, limit: 1000 });
    const gone = before.hits[3]?.id ?? '';
    library.remove(gone);
    library.add({ path: 'newer.jpg', shows: { dog: 1 }, takenAt: '2024-01-01T00:00:00' });
    const after = await library.searcher.search({ ...request, from: 2, limit: 3, snapshot: before.snapshot });
    expect(after.hits.map(({ id, at }) => [id, at])).toEqual([before.hits[2], before.hits[4]].map((hit) => [hit?.id, hit?.at]));
    expect(after.snapshot).toBe(before.snapshot);
    const anew = await library.searcher.outline(request);
    expect(anew.snapshot).not.toBe(before.snapshot);
    expect(unpackAspects(anew.aspects)).toHaveLength(ids.length);
  });

  test('of an answer that is forgotten are those of one that is made anew', async () => {
    const library = toyLibrary();
    library.add(...pictures);
    const request = { query: { text: 'cat' } };
    const before = await library.searcher.search({ ...request, from: 0, limit: 5 });
    const restarted = library.reopen();
    await restarted.calibrated();
    const after = await restarted.search({ ...request, from: 0, limit: 5, snapshot: before.snapshot });
    expect(after.snapshot).not.toBe(before.snapshot);
    expect(after.hits.map(({ id }) => id)).toEqual(before.hits.map(({ id }) => id));
  });

  test('of one answer are not taken for those of another query', async () => {
    const { searcher, add } = toyLibrary();
    add(...pictures);
    const cats = await searcher.search({ query: { text: 'cat' } });
    const things = await searcher.outline({ query: { text: 'thing1' }, snapshot: cats.snapshot });
    expect(things.snapshot).not.toBe(cats.snapshot);
  });

  test('cannot be asked for together with a cursor', async () => {
    const { searcher, add } = toyLibrary();
    add(...pictures);
    const { nextCursor } = await searcher.search({ query: {}, limit: 3 });
    await expect(searcher.search({ query: {}, from: 0, cursor: nextCursor ?? '' })).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('pick', () => {
  it('says which items stand at places, less those that are gone', async () => {
    const library = toyLibrary();
    library.add(...pictures);
    const page = await library.searcher.search({ query: {}, order: 'date', from: 0, limit: 1000 });
    library.remove(page.hits[1]?.id ?? '');
    const { ids, paths } = library.searcher.pick({
      snapshot: page.snapshot,
      ranges: [
        [0, 3],
        [38, 100],
      ],
    });
    const wanted = [0, 2, 38, 39].map((at) => page.hits[at]);
    expect(ids).toEqual(wanted.map((hit) => hit?.id));
    expect(paths).toEqual(wanted.map((hit) => hit?.path));
  });

  it('refuses an answer that is forgotten: others may stand at these places now', () => {
    const { searcher } = toyLibrary();
    expect(() => searcher.pick({ snapshot: '0123456789abcdef', ranges: [[0, 1]] })).toThrow(/forgotten/);
  });
});
