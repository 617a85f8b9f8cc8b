/** @file What filters are called, in each language. */
import { describe, expect, it } from 'vitest';
import type { Filters } from '../../core/api/query.ts';
import { de } from '../../renderer/messages/de.ts';
import { en } from '../../renderer/messages/en.ts';
import { ko } from '../../renderer/messages/ko.ts';
import { factLabel, filterLabels } from '../../renderer/query/filter-labels.ts';

const cases: readonly [Filters, string, string, string][] = [
  [{ from: '2023-07-01', to: '2023-07-31' }, 'July 2023', 'Juli 2023', '2023년 7월'],
  [{ from: '2023-01-01', to: '2023-12-31' }, '2023', '2023', '2023년'],
  [{ from: '2023-07-14', to: '2023-07-14' }, 'July 14, 2023', '14. Juli 2023', '2023년 7월 14일'],
  [{ from: '2024-02-01' }, 'since February 2024', 'ab Februar 2024', '2024년 2월부터'],
  [{ to: '2019-12-31' }, 'until 2019', 'bis 2019', '2019년까지'],
  [{ types: ['jpeg', 'webp'] }, 'JPEG or WebP', 'JPEG oder WebP', 'JPEG 또는 WebP'],
  [{ people: 1 }, '1 person', '1 Person', '사람 1명'],
  [{ people: 2 }, '2 people', '2 Personen', '사람 2명'],
  [{ folder: '/home/ana/Trips' }, 'in Trips', 'in Trips', 'Trips 폴더'],
  [{ folder: 'Trips/2019' }, 'in Trips/2019', 'in Trips/2019', 'Trips/2019 폴더'],
  [{ minRating: 1 }, '1 star or more', '1 Stern oder mehr', '별 1개 이상'],
  [{ orientation: 'portrait' }, 'portrait', 'Hochformat', '세로'],
  [{ minSide: 1000 }, 'at least 1,000 pixels', 'mindestens 1.000 Pixel', '1,000픽셀 이상'],
  [{ starred: false, hasPlace: true }, 'with a place, not starred', 'mit Ort, nicht markiert', '위치 있음, 별표 없음'],
];

describe('labels of filters', () => {
  it.each(cases)('%j', (filters, english, german, korean) => {
    expect([en, de, ko].map((messages) => factLabel({ filters }, messages.filters))).toEqual([english, german, korean]);
  });

  it('name a span of months or days as one', () => {
    expect(factLabel({ filters: { from: '2021-05-01', to: '2021-06-30' } }, de.filters)).toMatch(/^Mai\s?–\s?Juni 2021$/);
    expect(factLabel({ filters: { from: '2020-01-01', to: '2021-12-31' } }, en.filters)).toMatch(/^2020\s?–\s?2021$/);
    expect(factLabel({ filters: { from: '2021-05-03', to: '2021-05-09' } }, de.filters)).toMatch(/^3\.\s?–\s?9\. Mai 2021$/);
  });

  it('are none where nothing is filtered', () => {
    expect(filterLabels({}, en.filters)).toEqual([]);
  });
});
