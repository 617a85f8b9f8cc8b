/** @file Which pages of an answer are loaded: what is wanted last comes first, what is old goes, what is gone leaves a gap. */
import { describe, expect, it } from 'vitest';
import type { Hit } from '../../../core/api/query.ts';
import { Pages, pageSize } from '../../../renderer/wall/pages.ts';

function hit(at: number): Hit {
  const why = { words: [], filters: [], ranks: [] };
  const file = { path: `/${at}.jpg`, name: `${at}.jpg`, type: 'jpeg', width: 4, height: 3, colour: '#808080', version: 'v' } as const;
  return { id: String(at + 1), at, ...file, takenAt: '2023-01-01T00:00:00', offline: false, starred: false, score: 0, aboveCut: true, why };
}

/** Answers when it is told to. */
function source() {
  const asked: number[] = [];
  const forgotten: number[] = [];
  const open = new Map<number, { resolve(hits: Hit[]): void; reject(error: Error): void }>();
  const pages = new Pages({
    load: (from) => {
      asked.push(from / pageSize);
      return new Promise((resolve, reject) => open.set(from / pageSize, { resolve, reject }));
    },
    forget: (from) => forgotten.push(from / pageSize),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const answer = async (page: number, without: readonly number[] = []): Promise<void> => {
    const hits = Array.from({ length: pageSize }, (_, at) => hit(page * pageSize + at));
    open.get(page)?.resolve(hits.filter(({ at }) => !without.includes(at ?? -1)));
    await settle();
  };
  const fail = async (page: number): Promise<void> => {
    open.get(page)?.reject(new Error('gone'));
    await settle();
  };
  return { pages, asked, forgotten, answer, fail };
}

describe('pages', () => {
  it('are loaded once each, two at a time', async () => {
    const { pages, asked, answer } = source();
    pages.want(0, 3 * pageSize);
    pages.want(0, 3 * pageSize);
    expect(asked).toEqual([0, 1]);
    await answer(0);
    expect(asked).toEqual([0, 1, 2]);
    expect(pages.at(5)?.name).toBe('5.jpg');
    expect(pages.at(pageSize)).toBeUndefined();
    expect(pages.indexOf('8')).toBe(7);
    expect(pages.indexOf('100000')).toBe(-1);
  });

  it('that are wanted now come before those that were scrolled past', async () => {
    const { pages, asked, answer } = source();
    for (let page = 0; page < 50; page++) pages.want(page * pageSize, page * pageSize + 1);
    await answer(0);
    await answer(1);
    expect(asked).toEqual([0, 1, 49, 48]);
    await answer(49);
    await answer(48);
    await answer(47);
    await answer(46);
    expect(asked).toEqual([0, 1, 49, 48, 47, 46]);
  });

  it('leave a gap for what is gone', async () => {
    const { pages, answer } = source();
    pages.want(0, 1);
    await answer(0, [3, pageSize - 1]);
    expect([pages.at(2)?.name, pages.at(3), pages.at(pageSize - 1)]).toEqual(['2.jpg', null, null]);
  });

  it('that were looked at longest ago are forgotten', async () => {
    const { pages, forgotten, answer } = source();
    for (let page = 0; page < 81; page++) {
      pages.want(page * pageSize, page * pageSize + 1);
      await answer(page);
      pages.want(0, 1);
    }
    expect(forgotten).toEqual([1]);
    expect(pages.at(0)).toBeDefined();
  });

  it('that fail are not asked for again until somebody says so', async () => {
    const { pages, asked, fail, answer } = source();
    pages.want(0, 1);
    await fail(0);
    pages.want(0, 1);
    expect(asked).toEqual([0]);
    expect(pages.hasFailed).toBe(true);
    pages.retry();
    await answer(0);
    expect(asked).toEqual([0, 0]);
    expect(pages.hasFailed).toBe(false);
  });

  it('say when something in a range has changed', async () => {
    const { pages, answer } = source();
    let told = 0;
    pages.subscribe(() => {
      told += 1;
    });
    pages.want(0, 1);
    const before = pages.stamp(0, 10);
    await answer(0);
    const after = pages.stamp(0, 10);
    expect(after).not.toBe(before);
    pages.put(1, [hit(pageSize)]);
    expect(pages.stamp(0, 10)).toBe(after);
    expect(told).toBe(2);
  });
});
