/** @file From the last key to painted results: words typed as people do, each followed until its answer is on the screen. */
import type { Page } from 'playwright-core';
import { type Figure, median, percentile } from './report.ts';

/** Most are descriptions; some are names of files and folders, which are looked for as well. */
const questions = [
  ...['red apple', 'dogs playing', 'mountains in winter', 'cup of coffee', 'old car', 'wild flowers', 'city at night', 'child on a swing'],
  ...['sunset', 'boat on a lake', 'two people hugging', 'birthday cake', 'snowy street', 'cat on a sofa', 'bicycle', 'rainy window'],
  ...['garden', 'lisbon', 'oslo', 'IMG_4711', 'IMG_90210', 'skye', 'busan harbour', 'kyoto temple', 'concert', 'bridge over water'],
  ...['market stall', 'beach umbrella', 'train station', 'forest path', 'stack of books', 'white horse', 'football match', 'wedding dress'],
  ...['pizza', 'airplane wing', 'autumn leaves', 'street musician', 'lighthouse', 'sleeping baby'],
];

export type KeyTimes = {
  readonly words: string;
  readonly total: number;
  /** Until the page asks. */
  readonly settle: number;
  /** Until all of the answer has come: engine, library, host, loopback. */
  readonly server: number;
  /** Until the new tiles are in the document. */
  readonly render: number;
  /** Until the frame with them is over. */
  readonly paint: number;
  /** Until every thumbnail on the screen is painted too. */
  readonly pictures: number;
  /** What the whole answer's outline took, which is asked for when nobody types on. */
  readonly outline: number;
};

type Key = Record<'at' | 'sent' | 'answered' | 'received' | 'drawn' | 'painted' | 'pictures', number> & { outline: number | null };

/** Milliseconds between keys: some sure, some hesitating. */
const gaps = [110, 140, 95, 190, 120, 160];

export async function measureTyping(page: Page, count: number): Promise<KeyTimes[]> {
  const box = page.getByRole('combobox').or(page.getByRole('searchbox')).first();
  const all: KeyTimes[] = [];
  for (const [at, words] of questions.slice(0, count).entries()) {
    await box.click();
    await page.keyboard.press('ControlOrMeta+a');
    for (const [place, letter] of [...words].entries()) {
      await page.keyboard.press(letter === ' ' ? 'Space' : letter);
      if (place < words.length - 1) await page.waitForTimeout(gaps[(at + place) % gaps.length] ?? 120);
    }
    const key = await keyTimes(page, words);
    await page.waitForTimeout(700);
    const settled = (await page.evaluate('wallProbe.key()')) as Key;
    all.push({
      words,
      total: key.painted - key.at,
      settle: key.sent - key.at,
      server: key.received - key.sent,
      render: key.drawn - key.received,
      paint: key.painted - key.drawn,
      pictures: key.pictures - key.at,
      outline: settled.outline ?? Number.NaN,
    });
  }
  return all;
}

async function keyTimes(page: Page, words: string): Promise<Key> {
  for (let tries = 0; tries < 200; tries++) {
    const key = (await page.evaluate('wallProbe.key()')) as Key | null;
    if (key) return key;
    await page.waitForTimeout(50);
  }
  throw new Error(`no results for "${words}" after ten seconds`);
}

/** `floorMs`: what nothing can be faster than here: a call that does nothing over the same loopback, and one frame. */
export function typingFigures(times: readonly KeyTimes[], floorMs: number): Figure[] {
  const of = (what: Exclude<keyof KeyTimes, 'words'>): number[] => times.map((one) => one[what]).filter((value) => !Number.isNaN(value));
  const both = (what: Exclude<keyof KeyTimes, 'words'>): string =>
    `${median(of(what)).toFixed(0)} / ${percentile(of(what), 0.95).toFixed(0)}`;
  const slowest = times.toSorted((a, b) => b.total - a.total)[0];
  return [
    {
      name: 'last key to painted results, p50',
      value: median(of('total')),
      unit: 'ms',
      against: `a bare call and a frame, ${floorMs.toFixed(1)} ms`,
      ratio: median(of('total')) / floorMs,
    },
    {
      name: 'last key to painted results, p95',
      value: percentile(of('total'), 0.95),
      unit: 'ms',
      against: `150 ms; slowest "${slowest?.words}" ${slowest?.total.toFixed(0)} ms`,
      ratio: percentile(of('total'), 0.95) / 150,
      aim: '<= 1',
    },
    { name: '  of it waiting for the next letter', value: median(of('settle')), unit: 'ms', against: `p50 / p95 ${both('settle')}` },
    { name: '  of it engine, library, host', value: median(of('server')), unit: 'ms', against: `p50 / p95 ${both('server')}` },
    { name: '  of it the page', value: median(of('render')), unit: 'ms', against: `p50 / p95 ${both('render')}` },
    { name: '  of it painting', value: median(of('paint')), unit: 'ms', against: `p50 / p95 ${both('paint')}` },
    { name: 'last key to all thumbnails painted', value: median(of('pictures')), unit: 'ms', against: `p50 / p95 ${both('pictures')}` },
    {
      name: 'outline of the whole answer, p95',
      value: percentile(of('outline'), 0.95),
      unit: 'ms',
      against: `150 ms; p50 / p95 ${both('outline')}`,
      ratio: percentile(of('outline'), 0.95) / 150,
      aim: '<= 1',
    },
  ];
}
