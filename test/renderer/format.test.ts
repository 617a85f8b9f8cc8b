/** @file Numbers, times and sizes as people read them. */
import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatBytes,
  formatCount,
  formatDateTime,
  formatDuration,
  formatPlace,
  formatProbability,
  formatRate,
  formatTimeLeft,
  localeFor,
  separatorsOf,
} from '../../renderer/format/measures.ts';

describe('measures', () => {
  it('group digits as the locale does', () => {
    expect(formatCount(1204, 'en')).toBe('1,204');
    expect(formatCount(1204, 'de')).toBe('1.204');
  });

  it('give sizes in the unit that reads best', () => {
    expect([0, 999, 44_000_000, 3_412_000, 2_500_000_000].map((bytes) => formatBytes(bytes, 'en'))).toEqual([
      '0 bytes',
      '999 bytes',
      '44 MB',
      '3.4 MB',
      '2.5 GB',
    ]);
  });

  it('keep a decimal for slow rates only', () => {
    expect(formatRate(41.4, 'en')).toBe('41/s');
    expect(formatRate(0.42, 'en')).toBe('0.4/s');
  });

  it('never show a slow rate as none', () => {
    expect([0.024, 0.0008].map((rate) => formatRate(rate, 'en'))).toEqual(['1.4/min', '2.9/h']);
  });

  it('round time left up, coarsely, and never to nothing', () => {
    expect([0.2, 22, 59, 61, 1800, 7300, 1_000_000].map((seconds) => formatTimeLeft(seconds, 'en'))).toEqual([
      '5 sec',
      '25 sec',
      '60 sec',
      '2 min',
      '30 min',
      '3 hr',
      '12 days',
    ]);
  });

  it('give the time of one picture in milliseconds, seconds or minutes', () => {
    expect([0.0004, 0.024, 1.27, 42.4, 250].map((seconds) => formatDuration(seconds, 'en'))).toEqual([
      '1 ms',
      '24 ms',
      '1.3 sec',
      '42 sec',
      '4 min',
    ]);
  });

  it('never show a small probability as none', () => {
    expect([0, 0.004, 0.41, 1].map((value) => formatProbability(value, 'en'))).toEqual(['0%', '<1%', '41%', '100%']);
  });

  it('show a camera time as it was written, whatever the zone', () => {
    expect(formatDateTime('2023-07-14T18:32:10', 'en-GB')).toBe('14 Jul 2023, 18:32');
    expect(formatDateTime('no date', 'en')).toBe('no date');
  });

  it('say how long ago something was', () => {
    const now = Date.parse('2026-01-10T12:00:00Z');
    expect(['2026-01-10T11:59:40Z', '2026-01-10T11:57:00Z', '2026-01-09T11:00:00Z'].map((iso) => formatAgo(iso, now, 'en'))).toEqual([
      'now',
      '3 minutes ago',
      'yesterday',
    ]);
  });

  it('give places by hemisphere', () => {
    expect(formatPlace({ latitude: 38.7167, longitude: -9.1393 }, 'en')).toBe('38.717° N, 9.139° W');
    expect(formatPlace({ latitude: -33.8, longitude: 151.2 }, 'en')).toBe('33.800° S, 151.200° E');
  });

  it("use the user's own kind of English", () => {
    expect(localeFor('en', ['ko-KR', 'en-GB', 'en-US'])).toBe('en-GB');
    expect(localeFor('en', ['ko-KR'])).toBe('en');
  });
});

it('fields of numbers have the marks of their language', () => {
  expect(separatorsOf('de')).toEqual({ thousandSeparator: '.', decimalSeparator: ',' });
  expect(separatorsOf('ko')).toEqual({ thousandSeparator: ',', decimalSeparator: '.' });
});
