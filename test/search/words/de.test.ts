/** @file Facts in German words: what becomes a filter and where it stands, what stays a word. */
import { expect, test } from 'vitest';
import { understand } from '../../../core/search/facts.ts';
import { parseFilter } from '../../../core/search/filters.ts';

const now = new Date(2026, 10, 23, 12); // Monday, 23 November 2026, local time

test.each([
  ['Strand Juli 2023', 'Juli 2023', '2023-07-01/2023-07-31'],
  ['Strand im Juli 2023', 'im Juli 2023', '2023-07-01/2023-07-31'],
  ['März 2021 in Rom', 'März 2021', '2021-03-01/2021-03-31'],
  ['Okt. 2021', 'Okt. 2021', '2021-10-01/2021-10-31'],
  ['Schnee im Mai', 'im Mai', '2026-05-01/2026-05-31'],
  ['Schnee im Dezember', 'im Dezember', '2025-12-01/2025-12-31'],
  ['Schnee im letzten Mai', 'im letzten Mai', '2026-05-01/2026-05-31'],
  ['letztes Jahr im Mai', 'letztes Jahr im Mai', '2025-05-01/2025-05-31'],
  ['im Mai letzten Jahres', 'im Mai letzten Jahres', '2025-05-01/2025-05-31'],
  ['Rechnung vom März', 'vom März', '2026-03-01/2026-03-31'],
  ['3. Juli 2023', '3. Juli 2023', '2023-07-03/2023-07-03'],
  ['am 3. Juli 2023 in Rom', 'am 3. Juli 2023', '2023-07-03/2023-07-03'],
  ['Sonntag, den 3. Juli 2022', 'Sonntag, den 3. Juli 2022', '2022-07-03/2022-07-03'],
  ['Feier am 3. Juli', 'am 3. Juli', '2026-07-03/2026-07-03'],
  ['Feier am 24. Dezember', 'am 24. Dezember', '2025-12-24/2025-12-24'],
  ['7.6.2023', '7.6.2023', '2023-06-07/2023-06-07'],
  ['Beleg vom 07.06.2023', 'vom 07.06.2023', '2023-06-07/2023-06-07'],
  ['Feier am 3.7.', 'am 3.7.', '2026-07-03/2026-07-03'],
  ['14.-16. Juli 2023', '14.-16. Juli 2023', '2023-07-14/2023-07-16'],
  ['vom 14. bis 16. Juli', 'vom 14. bis 16. Juli', '2026-07-14/2026-07-16'],
  ['vom 30. Dezember 2022 bis zum 2. Januar 2023', 'vom 30. Dezember 2022 bis zum 2. Januar 2023', '2022-12-30/2023-01-02'],
  ['zwischen Mai und Juni 2021', 'zwischen Mai und Juni 2021', '2021-05-01/2021-06-30'],
  ['zwischen November und Februar 2021', 'zwischen November und Februar 2021', '2020-11-01/2021-02-28'],
  ['von Mai 2021 bis Juni 2022', 'von Mai 2021 bis Juni 2022', '2021-05-01/2022-06-30'],
  ['von Mai bis Juni', 'von Mai bis Juni', '2026-05-01/2026-06-30'],
  ['1.2.2019 - 3.4.2019', '1.2.2019 - 3.4.2019', '2019-02-01/2019-04-03'],
  ['Boote 2015 bis 2018', '2015 bis 2018', '2015-01-01/2018-12-31'],
  ['Hunde im Jahr 2019', 'im Jahr 2019', '2019-01-01/2019-12-31'],
  ['Fotos aus dem Jahr 2019', 'aus dem Jahr 2019', '2019-01-01/2019-12-31'],
  ['letzten Sommer in Rom', 'letzten Sommer', '2026-06-01/2026-08-31'],
  ['im vergangenen Winter', 'im vergangenen Winter', '2025-12-01/2026-02-28'],
  ['vorletzten Sommer', 'vorletzten Sommer', '2025-06-01/2025-08-31'],
  ['diesen Herbst', 'diesen Herbst', '2026-09-01/2026-11-30'],
  ['Sommer 2022', 'Sommer 2022', '2022-06-01/2022-08-31'],
  ['Sommer letzten Jahres', 'Sommer letzten Jahres', '2025-06-01/2025-08-31'],
  ['Winter 2020/21', 'Winter 2020/21', '2020-12-01/2021-02-28'],
  ['in den 90ern', 'in den 90ern', '1990-01-01/1999-12-31'],
  ['die 90er', 'die 90er', '1990-01-01/1999-12-31'],
  ['1980er Jahre', '1980er Jahre', '1980-01-01/1989-12-31'],
  ['heute', 'heute', '2026-11-23/2026-11-23'],
  ['Katzen von gestern', 'von gestern', '2026-11-22/2026-11-22'],
  ['vorgestern', 'vorgestern', '2026-11-21/2026-11-21'],
  ['vor 3 Tagen', 'vor 3 Tagen', '2026-11-20/2026-11-20'],
  ['vor zwei Wochen', 'vor zwei Wochen', '2026-11-09/2026-11-09'],
  ['vor zwei Monaten', 'vor zwei Monaten', '2026-09-01/2026-09-30'],
  ['vor einem Jahr', 'vor einem Jahr', '2025-01-01/2025-12-31'],
  ['letzte Woche', 'letzte Woche', '2026-11-16/2026-11-22'],
  ['vorletzte Woche', 'vorletzte Woche', '2026-11-09/2026-11-15'],
  ['am letzten Wochenende', 'letzten Wochenende', '2026-11-21/2026-11-22'],
  ['im letzten Monat', 'im letzten Monat', '2026-10-01/2026-10-31'],
  ['letztes Jahr', 'letztes Jahr', '2025-01-01/2025-12-31'],
  ['dieses Jahr', 'dieses Jahr', '2026-01-01/2026-12-31'],
  ['in den letzten 3 Monaten', 'in den letzten 3 Monaten', '2026-08-23/2026-11-23'],
  ['letzten Freitag', 'letzten Freitag', '2026-11-20/2026-11-20'],
  ['am Montag', 'am Montag', '2026-11-23/2026-11-23'],
  ['letzten Montag', 'letzten Montag', '2026-11-16/2026-11-16'],
  ['letzte Woche Freitag', 'letzte Woche Freitag', '2026-11-20/2026-11-20'],
  ['Weihnachten 2022', 'Weihnachten 2022', '2022-12-24/2022-12-26'],
  ['an Weihnachten 2022 bei Oma', 'an Weihnachten 2022', '2022-12-24/2022-12-26'],
  ['letzte Weihnachten', 'letzte Weihnachten', '2025-12-24/2025-12-26'],
  ['letztes Jahr an Weihnachten', 'letztes Jahr an Weihnachten', '2025-12-24/2025-12-26'],
  ['Heiligabend 2021', 'Heiligabend 2021', '2021-12-24/2021-12-24'],
  ['seit 2020', 'seit 2020', '2020-01-01/'],
  ['seit 2023-07-14', 'seit 2023-07-14', '2023-07-14/'],
  ['seit letztem Sommer', 'seit letztem Sommer', '2026-06-01/'],
  ['ab dem 3. Juli 2023', 'ab dem 3. Juli 2023', '2023-07-03/'],
  ['nach Mai 2021', 'nach Mai 2021', '2021-06-01/'],
  ['vor 2020', 'vor 2020', '/2019-12-31'],
  ['bis März', 'bis März', '/2026-03-31'],
])('"%s": "%s" is %s', (text, span, expected) => {
  const { facts, filters } = understand(text, now);
  expect(facts.map((fact) => [fact.text, text.slice(fact.start, fact.end)])).toEqual([[span, span]]);
  expect(`${filters.from ?? ''}/${filters.to ?? ''}`).toBe(expected);
});

test.each([
  ['Bilder vom Sommer 2022, 2 Personen', ['vom Sommer 2022', '2 Personen'], { from: '2022-06-01', to: '2022-08-31', people: 2 }, 'Bilder'],
  ['1 Person am Strand', ['1 Person'], { people: 1 }, 'am Strand'],
  ['JPEG-Dateien aus Rom', ['JPEG-Dateien'], { types: ['jpeg'] }, 'aus Rom'],
  ['Katzen jpg oder png', ['jpg oder png'], { types: ['jpeg', 'png'] }, 'Katzen'],
  ['RAW-Fotos', ['RAW-Fotos'], { types: ['raw'] }, ''],
  ['Berge im Hochformat', ['im Hochformat'], { orientation: 'portrait' }, 'Berge'],
  ['Querformat', ['Querformat'], { orientation: 'landscape' }, ''],
  ['Ordner:Reisen Hund', ['Ordner:Reisen'], { folder: 'Reisen' }, 'Hund'],
  ['Kamera: Canon Bewertung:4', ['Kamera: Canon', 'Bewertung:4'], { camera: 'Canon', minRating: 4 }, ''],
  [
    'Typ:png,heic Datum:"Mai 2021"',
    ['Typ:png,heic', 'Datum:"Mai 2021"'],
    { types: ['png', 'heic'], from: '2021-05-01', to: '2021-05-31' },
    '',
  ],
  ['Markiert:ja Ort:nein', ['Markiert:ja', 'Ort:nein'], { starred: true, hasPlace: false }, ''],
  ['Ausrichtung:Hochformat', ['Ausrichtung:Hochformat'], { orientation: 'portrait' }, ''],
])('"%s" has the facts %j', (text, spans, filters, words) => {
  const understood = understand(text, now);
  expect(understood.facts.map((fact) => text.slice(fact.start, fact.end))).toEqual(spans);
  expect(understood.filters).toEqual(filters);
  expect(understood.words).toBe(words);
});

test.each([
  'Mai',
  'Maiglöckchen',
  'ein Sommer am See',
  'im Sommer',
  'Weihnachten',
  'Weihnachtsbaum',
  'Sonntag im Park',
  'vor dem Haus',
  'nach dem Regen',
  'bis zum Horizont',
  'in den letzten Jahren',
  'letzte Tage',
  'seit Jahren',
  'morgen',
  'abends',
  'zwei Personen',
  'drei Menschen am Strand',
  '3 Tage',
  '3. Stock',
  '3.7.',
  '31. Februar',
  'im Juli 2031',
  '5 Hunde',
  'Porträt einer Frau',
  'Hochformatdruck',
  'die neunte Welle',
  'heute-show',
  'Ordner auf dem Tisch',
])('"%s" is nothing but words', (text) => {
  expect(understand(text, now)).toEqual({ words: text, facts: [], filters: {} });
});

test('a date alone takes a month', () => {
  expect(parseFilter('datum:märz', now)).toEqual({ from: '2026-03-01', to: '2026-03-31' });
});
