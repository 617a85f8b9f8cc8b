/** @file Searches over a small real library: what is found, in which order, on which page, and why. */
import { describe, expect, test } from 'vitest';
import type { SearchPage, SearchRequest } from '../../core/api/query.ts';
import { searchPage } from '../../core/api/query.ts';
import type { Searcher } from '../../core/search/searcher.ts';
import { hashOf, type ToyPicture, toyLibrary } from './toy-library.ts';

const names = (page: SearchPage): string[] => page.hits.map((hit) => hit.name);

const animals: ToyPicture[] = [
  { path: 'a.jpg', shows: { cat: 1 } },
  { path: 'b.jpg', shows: { dog: 1 } },
  { path: 'c.jpg', shows: { cat: 0.7, sofa: 0.7 } },
  { path: 'd.jpg', shows: { boat: 1 } },
  ...Array.from({ length: 16 }, (_, i) => ({ path: `z${i}.jpg`, shows: { [`thing${i}`]: 1 } })),
];

async function allPages(searcher: Searcher, request: SearchRequest, between?: (page: number) => void): Promise<SearchPage[]> {
  const pages: SearchPage[] = [];
  for (let cursor: string | null = ''; cursor !== null; cursor = pages.at(-1)?.nextCursor ?? null) {
    pages.push(await searcher.search(cursor === '' ? request : { ...request, cursor }));
    between?.(pages.length);
  }
  return pages;
}

test('words rank every picture, and each hit says why it is there', async () => {
  const library = toyLibrary();
  library.add(...animals);
  await library.searcher.calibrated();
  const page = await library.searcher.search({ query: { text: 'a cat' } });
  expect(() => searchPage.parse(page)).not.toThrow();
  expect(names(page).slice(0, 2)).toEqual(['a.jpg', 'c.jpg']);
  expect(page.hits).toHaveLength(20);
  expect(page).toMatchObject({ total: 20, cut: 2, nextCursor: null, composition: 'none', understood: { words: 'a cat', facts: [] } });
  expect(page.hits.map((hit) => hit.aboveCut)).toEqual([true, true, ...Array(18).fill(false)]);
  expect(page.hits[0]).toMatchObject({
    id: '1',
    path: '/pictures/a.jpg',
    type: 'jpeg',
    width: 4000,
    height: 3000,
    offline: false,
    why: { words: [{ text: 'cat', probability: 1 }], filters: [], ranks: [{ source: 'vectors', rank: 1 }] },
  });
  expect(page.hits[0]?.score).toBeGreaterThan(0.9);
  expect(page.hits[0]?.score).toBeLessThanOrEqual(1);
  expect(page.understood.says).toEqual([{ text: 'toy', probability: 1 }]);
});

test('a query goes before indexing, and the calibration behind it', async () => {
  const library = toyLibrary();
  library.add(...animals);
  await library.searcher.search({ query: { text: 'cat' } });
  await library.searcher.calibrated();
  expect(library.embedder.priorities[0]).toBe('query');
  expect(new Set(library.embedder.priorities.slice(1))).toEqual(new Set(['index']));
});

test('queries for what is not there have next to nothing above the line', async () => {
  const library = toyLibrary();
  library.add(...animals);
  await library.searcher.calibrated();
  const absent = ['parliament', 'violin', 'glacier', 'passport', 'tractor', 'anchovy', 'lighthouse', 'zebra', 'invoice', 'opera'];
  const pages = await Promise.all(absent.map((text) => library.searcher.search({ query: { text } })));
  expect(pages.filter((page) => page.cut === 0).length).toBeGreaterThanOrEqual(7);
  expect(pages.reduce((sum, page) => sum + page.cut, 0)).toBeLessThanOrEqual(5);
  expect(pages.every((page) => page.hits.length === 20)).toBe(true);
});

test('every file is an item once, also copies of one content', async () => {
  const library = toyLibrary();
  library.add(...animals, { path: 'copy/a.jpg', shows: { cat: 1 }, content: 'a.jpg' });
  const page = await library.searcher.search({ query: { text: 'cat' } });
  expect(page.total).toBe(21);
  expect(page.hits.slice(0, 2).map((hit) => hit.path)).toEqual(['/pictures/a.jpg', '/pictures/copy/a.jpg']);
  expect(new Set(page.hits.map((hit) => hit.id)).size).toBe(21);
  expect(library.searcher.item('1')).toMatchObject({ name: 'a.jpg', folder: '/pictures', copies: ['/pictures/copy/a.jpg'], place: null });
});

describe('pages', () => {
  const many = (n: number): ToyPicture[] =>
    Array.from({ length: n }, (_, i) => ({
      path: `${i}.jpg`,
      shows: { cat: Math.sin(i), [`thing${i % 7}`]: 1 },
      ...(i % 5 ? {} : { content: `${i - (i % 10)}.jpg` }),
    }));

  test('together hold every item once, whatever their size', async () => {
    const library = toyLibrary();
    library.add(...many(53));
    for (const limit of [1, 7, 52, 53, 1000]) {
      const pages = await allPages(library.searcher, { query: { text: 'cat' }, limit });
      const ids = pages.flatMap((page) => page.hits.map((hit) => hit.id));
      expect(ids).toHaveLength(53);
      expect(new Set(ids).size).toBe(53);
      expect(pages.slice(0, -1).every((page) => page.hits.length === limit)).toBe(true);
      expect(new Set(pages.map((page) => page.cut)).size).toBe(1);
    }
  });

  test('go past what the first look at the index found', async () => {
    const library = toyLibrary();
    library.add(...many(900));
    const pages = await allPages(library.searcher, { query: { text: 'cat' }, limit: 200 });
    const hits = pages.flatMap((page) => page.hits);
    expect(new Set(hits.map((hit) => hit.id)).size).toBe(900);
    const scores = hits.map((hit) => hit.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test('neither repeat nor skip while files come and go', async () => {
    const library = toyLibrary();
    const ids = library.add(...many(40));
    const first = await library.searcher.search({ query: { text: 'cat' }, limit: 10 });
    const shown = first.hits.map((hit) => hit.id);
    const gone = [shown[3], ids.find((id) => !shown.includes(id))].map(String);
    const pages = await allPages(library.searcher, { query: { text: 'cat' }, limit: 10 }, (page) => {
      if (page !== 1) return;
      for (const id of gone) library.remove(id);
      library.add({ path: 'new.jpg', shows: { cat: 9 } });
    });
    const seen = pages.flatMap((page) => page.hits.map((hit) => hit.id));
    expect(new Set(seen).size).toBe(seen.length);
    expect([...seen, ...gone].sort()).toEqual([...new Set([...ids])].concat(gone[0] ?? '').sort());
    expect((await library.searcher.search({ query: { text: 'cat' } })).hits[0]?.name).toBe('new.jpg');
  });

  test('go on after a restart', async () => {
    const library = toyLibrary();
    library.add(...many(30));
    const request: SearchRequest = { query: { text: 'cat' }, limit: 12 };
    const first = await library.searcher.search(request);
    const later = library.reopen();
    const rest = await allPages(later, { ...request, cursor: first.nextCursor ?? '' });
    const ids = [first, ...rest].flatMap((page) => page.hits.map((hit) => hit.id));
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
  });

  test('a cursor of another query, or none at all, is refused', async () => {
    const library = toyLibrary();
    library.add(...many(20));
    const { nextCursor } = await library.searcher.search({ query: { text: 'cat' }, limit: 5 });
    const cursor = nextCursor ?? '';
    for (const request of [
      { query: { text: 'dog' }, cursor },
      { query: { text: 'cat', filters: { people: 1 } }, cursor },
      { query: { text: 'cat' }, order: 'date', cursor },
      { query: { text: 'cat' }, cursor: 'nonsense' },
    ] as const) {
      await expect(library.searcher.search(request)).rejects.toMatchObject({ code: 'bad-request' });
    }
  });
});

describe('filters', () => {
  const shots: ToyPicture[] = [
    { path: 'Trips/rome.jpg', shows: { cat: 1 }, takenAt: '2023-07-14T12:00:00', camera: 'Canon EOS 5D', people: 2, rating: 4 },
    { path: 'Trips/2019/oslo.png', shows: { cat: 1 }, type: 'png', takenAt: '2019-12-31T23:59:59', size: [600, 800], latitude: 59.9 },
    { path: 'Tripsy/sea.heic', shows: { cat: 1 }, type: 'heic', mtime: new Date(2023, 6, 31, 23, 30).getTime(), people: 0 },
    { path: '100%_sure!/x.jpg', shows: { cat: 1 }, size: [500, 500] },
  ];
  test.each([
    [{ folder: '/pictures/Trips' }, ['oslo.png', 'rome.jpg']],
    [{ folder: '/pictures/Trips/' }, ['oslo.png', 'rome.jpg']],
    [{ folder: 'trips' }, ['oslo.png', 'rome.jpg']],
    [{ folder: 'Trips/2019' }, ['oslo.png']],
    [{ folder: '100%_sure!' }, ['x.jpg']],
    [{ folder: '/pictures/Trips%' }, []],
    [{ from: '2023-07-01', to: '2023-07-31' }, ['rome.jpg', 'sea.heic']],
    [{ from: '2023-07-31' }, ['sea.heic']],
    [{ to: '2019-12-31' }, ['oslo.png']],
    [{ types: ['png', 'heic'] }, ['oslo.png', 'sea.heic']],
    [{ camera: 'canon' }, ['rome.jpg']],
    [{ orientation: 'portrait' }, ['oslo.png']],
    [{ orientation: 'square' }, ['x.jpg']],
    [{ minSide: 600 }, ['oslo.png', 'rome.jpg', 'sea.heic']],
    [{ people: 2 }, ['rome.jpg']],
    [{ people: 0 }, ['sea.heic']],
    [{ minRating: 4 }, ['rome.jpg']],
    [{ hasPlace: true }, ['oslo.png']],
    [{ hasPlace: false, people: 2 }, ['rome.jpg']],
  ] as const)('%j', async (filters, expected) => {
    const library = toyLibrary();
    library.add(...shots);
    for (const text of ['cat', '']) {
      const page = await library.searcher.search({ query: { text, filters: structuredClone(filters) as never } });
      expect(names(page).sort()).toEqual([...expected]);
      expect(page.total).toBe(expected.length);
    }
  });

  test('facts in the words filter, what is set beside them overrules, literal words do neither', async () => {
    const library = toyLibrary({ now: () => new Date(2026, 10, 23) });
    library.add(...shots);
    const page = await library.searcher.search({ query: { text: 'cat july 2023' } });
    expect(names(page).sort()).toEqual(['rome.jpg', 'sea.heic']);
    expect(page.understood).toMatchObject({ words: 'cat', facts: [{ label: 'July 2023', start: 4, end: 13 }] });
    expect(page.hits[0]?.why.filters).toEqual(['July 2023']);
    const overruled = await library.searcher.search({
      query: { text: 'cat july 2023', filters: { from: '2019-01-01', to: '2019-12-31' } },
    });
    expect(names(overruled)).toEqual(['oslo.png']);
    const literal = await library.searcher.search({ query: { text: 'cat july 2023', literal: true } });
    expect(literal).toMatchObject({ total: 4, understood: { words: 'cat july 2023', facts: [] } });
    expect(library.searcher.understand('cat july 2023')).toHaveLength(1);
  });

  test('keep copies outside the folder out', async () => {
    const library = toyLibrary();
    library.add({ path: 'in/a.jpg', shows: { cat: 1 }, content: 'same' }, { path: 'out/a.jpg', shows: { cat: 1 }, content: 'same' });
    const page = await library.searcher.search({ query: { text: 'cat', filters: { folder: '/pictures/in' } } });
    expect(page.hits.map((hit) => hit.path)).toEqual(['/pictures/in/a.jpg']);
    expect(page.total).toBe(1);
  });
});

describe('pictures', () => {
  test('an item finds itself first with the full score, from its stored vector', async () => {
    const library = toyLibrary();
    const ids = library.add(...animals);
    for (const id of ids) {
      const page = await library.searcher.search({ query: { picture: { kind: 'item', id } }, limit: 3 });
      expect(page.hits[0]).toMatchObject({ id, aboveCut: true });
      expect(page.hits[0]?.score).toBeCloseTo(1, 3);
    }
    expect(library.opened).toEqual([]);
    expect(library.embedder.calls).not.toContain('image');
  });

  test('an uploaded picture that the library has is that picture', async () => {
    const library = toyLibrary();
    library.add(...animals);
    const known = library.upload(hashOf('c.jpg').slice(0, 32), { sofa: 1 });
    expect(names(await library.searcher.search({ query: { picture: known } }))[0]).toBe('c.jpg');
    expect(library.opened).toEqual([]);
    const unknown = library.upload('0'.repeat(32), { cat: 0.7, sofa: 0.8 });
    expect(names(await library.searcher.search({ query: { picture: unknown } }))[0]).toBe('c.jpg');
    expect(library.opened).toEqual([unknown]);
  });

  test('an edit changes what is found and leaves the picture itself out', async () => {
    const library = toyLibrary();
    const [cat = ''] = library.add(...animals, { path: 'e.jpg', shows: { cat: 1, snow: 1 } });
    const page = await library.searcher.search({ query: { picture: { kind: 'item', id: cat }, edit: 'snow' } });
    expect(names(page)[0]).toBe('e.jpg');
    expect(names(page)).not.toContain('a.jpg');
    expect(page).toMatchObject({ total: 20, composition: 'arithmetic' });
    expect(page.hits).toHaveLength(20);
  });

  test('an edit counts for more or less, from the picture alone to the edit alone', async () => {
    const library = toyLibrary();
    const [cat = ''] = library.add(...animals, { path: 'e.jpg', shows: { cat: 1, snow: 1 } }, { path: 'f.jpg', shows: { snow: 1 } });
    library.add({ path: 'g.jpg', shows: { cat: 1 } });
    const query = { picture: { kind: 'item', id: cat }, edit: 'snow' } as const;
    const best = async (strength: number) => names(await library.searcher.search({ query: { ...query, strength } }))[0];
    expect([await best(0), await best(0.5), await best(1)]).toEqual(['g.jpg', 'e.jpg', 'f.jpg']);
    const learned = await library.searcher.search({ query: { ...query, composition: 'learned' } });
    expect(learned.composition).toBe('arithmetic');
  });

  test('words beside a picture are added to it', async () => {
    const library = toyLibrary();
    const [, dog = ''] = library.add(...animals, { path: 'e.jpg', shows: { dog: 1, snow: 1 } });
    const page = await library.searcher.search({ query: { picture: { kind: 'item', id: dog }, text: 'snow' } });
    expect(names(page)[0]).toBe('e.jpg');
    expect(names(page)).toContain('b.jpg');
    expect(page.composition).toBe('none');
  });

  test('what cannot be asked is refused with the reason', async () => {
    const { searcher } = toyLibrary();
    await expect(searcher.search({ query: { edit: 'at night' } })).rejects.toMatchObject({
      code: 'bad-request',
      message: /needs a picture/,
    });
    await expect(searcher.search({ query: { picture: { kind: 'item', id: '99' } } })).rejects.toMatchObject({ code: 'not-found' });
    expect(() => searcher.item('99p2')).toThrow(expect.objectContaining({ code: 'not-found' }));
  });
});

describe('names', () => {
  test('an exact file name comes first', async () => {
    const library = toyLibrary();
    library.add(...animals, { path: 'IMG_12345.jpg', shows: { boat: 1 } }, { path: 'IMG_1234.jpg', shows: { boat: 1 } });
    for (const text of ['IMG_1234', 'img_1234.jpg']) {
      const page = await library.searcher.search({ query: { text } });
      expect(page.hits[0]).toMatchObject({ name: 'IMG_1234.jpg', aboveCut: true });
      expect(page.hits[0]?.why.text?.field).toBe('name');
      expect(page.hits[0]?.why.ranks.map(({ source }) => source)).toEqual(['vectors', 'names']);
    }
  });

  test('count only when every word is in the name or folder', async () => {
    const library = toyLibrary();
    library.add(...animals, { path: 'sofa.jpg', shows: { thing3: 1 } });
    const without = await library.searcher.search({ query: { text: 'a cat on a sofa' } });
    expect(names(without).slice(0, 2)).toEqual(['c.jpg', 'a.jpg']);
    expect(without.hits.every((hit) => hit.why.text === undefined)).toBe(true);
    const named = await library.searcher.search({ query: { text: 'a sofa' } });
    expect(names(named).slice(0, 2).sort()).toEqual(['c.jpg', 'sofa.jpg']);
    expect(named.hits.find((hit) => hit.name === 'sofa.jpg')?.why.text).toEqual({ field: 'name', snippet: '\u0002sofa\u0003.jpg' });
  });

  test('a folder brings its pictures above the line', async () => {
    const library = toyLibrary();
    library.add(...animals, { path: 'Norway/1.jpg', shows: { boat: 1 } }, { path: 'Norway/2.jpg', shows: { dog: 1 } });
    await library.searcher.calibrated();
    const page = await library.searcher.search({ query: { text: 'norway' } });
    expect(page.cut).toBe(2);
    expect(page.hits.slice(0, 2).map((hit) => hit.why.text?.snippet)).toEqual(Array(2).fill('pictures/\u0002Norway\u0003'));
  });
});

describe('order', () => {
  const dated: ToyPicture[] = animals.map((animal, i) => ({ ...animal, takenAt: `2020-01-${String(i + 1).padStart(2, '0')}T00:00:00` }));

  test('by date: newest first above the line, then newest first below', async () => {
    const library = toyLibrary();
    library.add(...dated);
    await library.searcher.calibrated();
    const page = await library.searcher.search({ query: { text: 'cat' }, order: 'date' });
    expect(page.cut).toBe(2);
    expect(names(page).slice(0, 4)).toEqual(['c.jpg', 'a.jpg', 'z15.jpg', 'z14.jpg']);
  });

  test('nothing asked is everything, newest first, all above the line', async () => {
    const library = toyLibrary();
    library.add(...dated);
    library.add(
      { path: 'old.jpg', shows: {}, mtime: new Date(2001, 1, 1).getTime() },
      { path: 'new.jpg', shows: {}, mtime: new Date(2024, 1, 1).getTime() },
    );
    const pages = await allPages(library.searcher, { query: {}, limit: 5 });
    const hits = pages.flatMap((page) => page.hits);
    expect(hits).toHaveLength(22);
    expect(hits[0]).toMatchObject({ name: 'new.jpg', takenAt: '2024-02-01T00:00:00', aboveCut: true, why: { ranks: [] } });
    expect(hits.at(-1)?.name).toBe('old.jpg');
    expect(pages[0]).toMatchObject({ cut: 22, total: 22 });
    expect(library.embedder.calls).toEqual([]);
  });
});

describe('groups', () => {
  const shot = 'f0f0a5a53c3c9696';
  const near = 'f0f0a5a53c3c9697';
  const burst: ToyPicture[] = [
    { path: 'one.jpg', shows: { cat: 1 }, dhash: shot },
    { path: 'two.jpg', shows: { cat: 1, boat: 0.1 }, dhash: near },
    { path: 'copy.jpg', shows: { cat: 1 }, content: 'one.jpg', dhash: shot },
    { path: 'same-hash-other-thing.jpg', shows: { dog: 1 }, dhash: shot },
    { path: 'other-hash-same-thing.jpg', shows: { cat: 1 }, dhash: '0123456789abcdef' },
  ];

  test('collapse near-duplicates and copies into their best hit', async () => {
    const library = toyLibrary();
    const [one, two, copy] = library.add(...burst, ...animals);
    const page = await library.searcher.search({ query: { text: 'cat' }, group: true });
    expect(page.hits.find((hit) => hit.id === one)?.similar).toEqual([copy, two]);
    expect(page.hits.map((hit) => hit.id)).not.toContain(two);
    expect(page.total).toBe(23);
    expect(page.hits).toHaveLength(23);
    expect(names(page)).toEqual(expect.arrayContaining(['same-hash-other-thing.jpg', 'other-hash-same-thing.jpg']));
    const apart = await library.searcher.search({ query: { text: 'cat' } });
    expect(apart.hits).toHaveLength(25);
    expect(apart.hits.every((hit) => hit.similar === undefined)).toBe(true);
  });

  test('hold over pages, and when everything is listed', async () => {
    const library = toyLibrary();
    library.add(...burst, ...animals);
    for (const query of [{ text: 'cat' }, {}]) {
      const pages = await allPages(library.searcher, { query, limit: 4, group: true });
      const hits = pages.flatMap((page) => page.hits);
      expect(hits).toHaveLength(23);
      const all = hits.flatMap((hit) => [hit.id, ...(hit.similar ?? [])]);
      expect(all).toHaveLength(25);
      expect(new Set(all).size).toBe(25);
    }
  });

  test('take in what comes later', async () => {
    const library = toyLibrary();
    library.add(...animals);
    const before = await library.searcher.search({ query: { text: 'cat' }, group: true });
    library.add(...burst);
    const after = await library.searcher.search({ query: { text: 'cat' }, group: true });
    expect([before.total, after.total]).toEqual([20, 23]);
  });

  test('flat pictures are not near-duplicates of each other', async () => {
    const library = toyLibrary();
    library.add(...Array.from({ length: 5 }, (_, i) => ({ path: `${i}.jpg`, shows: { white: 1 }, dhash: '0000000000000000' })));
    expect((await library.searcher.search({ query: { text: 'white' }, group: true })).total).toBe(5);
  });
});

test('the same query is answered from memory until the library changes', async () => {
  const library = toyLibrary();
  library.add(...animals);
  await library.searcher.calibrated();
  const calls = library.embedder.calls.length;
  await library.searcher.search({ query: { text: 'cat' }, limit: 3 });
  await library.searcher.search({ query: { text: 'cat' }, limit: 8 });
  expect(library.embedder.calls.length - calls).toBe(1);
  library.add({ path: 'new.jpg', shows: { cat: 9 } });
  expect(names(await library.searcher.search({ query: { text: 'cat' } }))[0]).toBe('new.jpg');
});

test('a cancelled search stops', async () => {
  const library = toyLibrary();
  library.add(...animals);
  await expect(library.searcher.search({ query: { text: 'cat' } }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
});

test('an empty library answers with nothing', async () => {
  const { searcher } = toyLibrary();
  for (const query of [{}, { text: 'cat' }]) {
    expect(await searcher.search({ query, group: true })).toMatchObject({ hits: [], cut: 0, total: 0, nextCursor: null });
  }
});
