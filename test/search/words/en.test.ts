/** @file Facts in English that are read by their words alone, beside those of test/search/facts.test.ts; and languages beside each other. */
import { expect, test } from 'vitest';
import { understand } from '../../../core/search/facts.ts';

const now = new Date(2026, 10, 23, 12); // Monday, 23 November 2026, local time

test.each([
  ['tree christmas 2022', 'christmas 2022', { from: '2022-12-24', to: '2022-12-26' }],
  ['last christmas eve', 'last christmas eve', { from: '2025-12-24', to: '2025-12-24' }],
  ['last christmas', 'last christmas', { from: '2025-12-24', to: '2025-12-26' }],
  ['christmas eve 2021', 'christmas eve 2021', { from: '2021-12-24', to: '2021-12-24' }],
  ['mountains in portrait format', 'in portrait format', { orientation: 'portrait' }],
  ['landscape orientation', 'landscape orientation', { orientation: 'landscape' }],
  ['from may to june', 'from may to june', { from: '2026-05-01', to: '2026-06-30' }],
  ['from november 2021 to february', 'from november 2021 to february', { from: '2021-11-01', to: '2022-02-28' }],
  // Day first where dots stand between, month first where slashes do.
  ['7.6.2023', '7.6.2023', { from: '2023-06-07', to: '2023-06-07' }],
  ['7/6/2023', '7/6/2023', { from: '2023-07-06', to: '2023-07-06' }],
  // One word in the reach of three languages: the one that understands most of it counts.
  ['april 2023', 'april 2023', { from: '2023-04-01', to: '2023-04-30' }],
  ['seit april 2023', 'seit april 2023', { from: '2023-04-01' }],
  ['2019 bis 2020', '2019 bis 2020', { from: '2019-01-01', to: '2020-12-31' }],
  ['2019 to 2020', '2019 to 2020', { from: '2019-01-01', to: '2020-12-31' }],
  ['png oder jpg', 'png oder jpg', { types: ['jpeg', 'png'] }],
])('"%s": "%s"', (text, span, filters) => {
  const understood = understand(text, now);
  expect(understood.facts.map((fact) => text.slice(fact.start, fact.end))).toEqual([span]);
  expect(understood.filters).toEqual(filters);
});

test.each(['christmas', 'christmas tree', 'portrait', 'landscape photos', 'photos from mai', 'may - june', 'an october feeling'])(
  '"%s" is nothing but words',
  (text) => {
    expect(understand(text, now).facts).toEqual([]);
  },
);
