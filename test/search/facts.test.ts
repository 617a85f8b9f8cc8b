/** @file Facts in plain words: what becomes a filter, what stays a word. */
import { describe, expect, test } from 'vitest';
import { recogniseFacts, understand } from '../../core/search/facts.ts';
import { parseFilter } from '../../core/search/filters.ts';

const now = new Date(2026, 10, 23, 12); // Monday, 23 November 2026, local time

const days = (text: string): string => {
  const { filters } = understand(text, now);
  return `${filters.from ?? ''}/${filters.to ?? ''}`;
};

describe('dates', () => {
  test.each([
    ['beach july 2023', '2023-07-01/2023-07-31', 'beach'],
    ['beach in july 2023', '2023-07-01/2023-07-31', 'beach'],
    ['sept. 2021 rome', '2021-09-01/2021-09-30', 'rome'],
    ['2019', '2019-01-01/2019-12-31', ''],
    ['dogs in 2019', '2019-01-01/2019-12-31', 'dogs'],
    ['2023-07', '2023-07-01/2023-07-31', ''],
    ['2023-07-14', '2023-07-14/2023-07-14', ''],
    ['14 july 2023', '2023-07-14/2023-07-14', ''],
    ['14-16 july 2023', '2023-07-14/2023-07-16', ''],
    ['7/14/2023 receipt', '2023-07-14/2023-07-14', 'receipt'],
    ['between may and june 2021', '2021-05-01/2021-06-30', ''],
    ['between november and february 2021', '2020-11-01/2021-02-28', ''],
    ['from may 2021 to june 2022', '2021-05-01/2022-06-30', ''],
    ['boats 2015-2018', '2015-01-01/2018-12-31', 'boats'],
    ['from 2015 to 2018', '2015-01-01/2018-12-31', ''],
    ['invoice from march', '2026-03-01/2026-03-31', 'invoice'],
    ['in december', '2025-12-01/2025-12-31', ''],
    ['last summer in rome', '2026-06-01/2026-08-31', 'in rome'],
    ['last winter', '2025-12-01/2026-02-28', ''],
    ['this autumn', '2026-09-01/2026-11-30', ''],
    ['summer 2022', '2022-06-01/2022-08-31', ''],
    ['winter 2020', '2020-12-01/2021-02-28', ''],
    ['the 90s', '1990-01-01/1999-12-31', ''],
    ['2010s', '2010-01-01/2019-12-31', ''],
    ['yesterday', '2026-11-22/2026-11-22', ''],
    ['cats today', '2026-11-23/2026-11-23', 'cats'],
    ['3 days ago', '2026-11-20/2026-11-20', ''],
    ['two months ago', '2026-09-01/2026-09-30', ''],
    ['last week', '2026-11-16/2026-11-22', ''],
    ['last weekend', '2026-11-21/2026-11-22', ''],
    ['last month', '2026-10-01/2026-10-31', ''],
    ['last year', '2025-01-01/2025-12-31', ''],
    ['last 3 months', '2026-08-23/2026-11-23', ''],
    ['last friday', '2026-11-20/2026-11-20', ''],
    ['on may 5', '2026-05-05/2026-05-05', ''],
    ['december 24', '2025-12-24/2025-12-24', ''],
    ['since 2020', '2020-01-01/', ''],
    ['after may 2021', '2021-06-01/', ''],
    ['before 2020', '/2019-12-31', ''],
    ['until march', '/2026-03-31', ''],
  ])('"%s" is %s', (text, expected, words) => {
    expect(days(text)).toBe(expected);
    expect(understand(text, now).words).toBe(words);
  });

  test.each([
    'march of penguins',
    'may',
    'march',
    'august rush',
    'a cat sat on the mat',
    'sun over the sea',
    'a second chance',
    'at night',
    'this morning',
    'now',
    '12:30',
    '16/9',
    'tomorrow',
    '1920x1080',
    '1920 x 1080',
    '3000',
    'IMG_2019',
    'IMG_20230714',
    'DSC-2019',
    '2019.jpg',
    'in july 2031',
    'canon 2000d',
    '5 dogs',
  ])('"%s" is no date', (text) => {
    expect(recogniseFacts(text, now)).toEqual([]);
    expect(understand(text, now).words).toBe(text);
  });
});

test('a fact says where it stood and what it is called', () => {
  expect(recogniseFacts('beach july 2023, 2 people', now)).toEqual([
    { text: 'july 2023', start: 6, end: 15, filters: { from: '2023-07-01', to: '2023-07-31' }, label: 'July 2023' },
    { text: '2 people', start: 17, end: 25, filters: { people: 2 }, label: '2 people' },
  ]);
  expect(understand('beach july 2023, 2 people', now).words).toBe('beach');
});

test.each([
  ['14 july 2023', '14 July 2023'],
  ['2019', '2019'],
  ['between may and june 2021', 'May 2021 to June 2021'],
  ['since march', 'since March 2026'],
  ['before 2020', 'until 2019'],
  ['14-16 july 2023', '14 July 2023 to 16 July 2023'],
])('"%s" is labelled "%s"', (text, label) => {
  expect(recogniseFacts(text, now)[0]?.label).toBe(label);
});

test.each([
  ['jpeg', ['jpeg'], ''],
  ['cats jpg or png', ['jpeg', 'png'], 'cats'],
  ['heic photos of rome', ['heic'], 'of rome'],
  ['PNGs', ['png'], ''],
  ['raw', ['raw'], ''],
  ['raw photos', ['raw'], ''],
  ['type:raw fish', ['raw'], 'fish'],
  ['raw fish', undefined, 'raw fish'],
  ['report.png', undefined, 'report.png'],
  ['type:nonsense', undefined, 'type:nonsense'],
])('"%s" asks for types %s', (text, expected, words) => {
  const understood = understand(text, now);
  expect(understood.filters.types).toEqual(expected);
  expect(understood.words).toBe(words);
});

test('only explicit forms are numbers of people, rating, camera, folder or orientation', () => {
  expect(understand('people: 2 on a beach', now)).toMatchObject({ words: 'on a beach', filters: { people: 2 } });
  expect(understand('1 person', now).filters).toEqual({ people: 1 });
  expect(understand('two people', now)).toMatchObject({ words: 'two people', filters: {} });
  expect(understand('camera: canon rating:4 folder:"My Trips" min:1000', now)).toMatchObject({
    words: '',
    filters: { camera: 'canon', minRating: 4, folder: 'My Trips', minSide: 1000 },
  });
  expect(understand('portrait of a man', now)).toMatchObject({ words: 'portrait of a man', filters: {} });
  expect(understand('orientation:portrait man', now)).toMatchObject({ words: 'man', filters: { orientation: 'portrait' } });
  expect(understand('https://example.org ratio:4 rating:9', now)).toMatchObject({
    words: 'https://example.org ratio:4 rating:9',
    filters: {},
  });
});

describe('parseFilter, for the command line', () => {
  test('reads one or several key:value pairs', () => {
    expect(parseFilter('type:png')).toEqual({ types: ['png'] });
    expect(parseFilter('folder:/home/ann/Trips camera:"Canon EOS" people:0 place:yes')).toEqual({
      folder: '/home/ann/Trips',
      camera: 'Canon EOS',
      people: 0,
      hasPlace: true,
    });
    expect(parseFilter('date:"july 2023"', now)).toEqual({ from: '2023-07-01', to: '2023-07-31' });
    expect(parseFilter('date:march', now)).toEqual({ from: '2026-03-01', to: '2026-03-31' });
    expect(parseFilter('from:2020 to:2021-06-15', now)).toEqual({ from: '2020-01-01', to: '2021-06-15' });
    expect(parseFilter('type:jpg,heif')).toEqual({ types: ['jpeg', 'heic'] });
  });

  test.each([
    'colour:red',
    'png',
    '',
    'type:',
    'type:pdf',
    'rating:9',
    'people:two',
    'people:1.5',
    'date:soon',
    'date:2023-02-31',
    'min:-1',
    'orientation:round',
    'place:maybe',
    'toString:1',
  ])('refuses "%s" and says what it takes', (text) => {
    expect(() => parseFilter(text, now)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });

  test('names the allowed keys', () => {
    expect(() => parseFilter('colour:red')).toThrow(
      /folder, from, to, date, type, camera, orientation, min, people, rating, starred, collection, place/,
    );
  });
});
