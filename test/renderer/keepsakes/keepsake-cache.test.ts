/** @file Which answers are asked again when a star changes, and how a star is shown before the engine has answered. */
import { QueryClient } from '@tanstack/react-query';
import { beforeEach, expect, it, vi } from 'vitest';
import type { SearchPage, SearchRequest } from '../../../core/api/query.ts';
import { queries } from '../../../renderer/app/api.ts';
import { alreadyStarred, refreshKeepsakes, showStars } from '../../../renderer/keepsakes/keepsake-cache.ts';

// The client is made for the address of a page.
vi.hoisted(() => vi.stubGlobal('window', { location: { origin: 'http://127.0.0.1' } }));

const hit = (id: string, starred: boolean) => ({ id, starred });
const pageOf = (total: number): SearchPage => ({ total, hits: [hit('1', false), hit('2', true)] }) as unknown as SearchPage;

const keyOf = (input: SearchRequest) => queries.search.queryKey({ input });
const small = keyOf({ query: { text: 'small' } });
const large = keyOf({ query: { text: 'large' } });
const starred = keyOf({ query: { filters: { starred: true } } });

let client: QueryClient;

beforeEach(() => {
  client = new QueryClient();
  client.setQueryData(small, pageOf(3));
  client.setQueryData(large, pageOf(100_000));
  client.setQueryData(starred, pageOf(100_000));
});

const isMarked = (key: readonly unknown[]): boolean | undefined => client.getQueryState(key)?.isInvalidated;

it('a star marks a short answer, but not one page of a long one', () => {
  refreshKeepsakes(client);
  expect(isMarked(small)).toBe(true);
  expect(isMarked(large)).toBe(false);
});

it('a star asks for what is filtered by stars at once, however long it is, and leaves the others to their wall', () => {
  const invalidate = vi.spyOn(client, 'invalidateQueries');
  refreshKeepsakes(client);
  expect(isMarked(starred)).toBe(true);
  const calls = invalidate.mock.calls.map(([options]) => options);
  const asks = (key: readonly unknown[]): boolean =>
    calls.some((options) => {
      const query = client.getQueryCache().find({ queryKey: key });
      return query && options?.refetchType !== 'none' && options?.predicate?.(query);
    });
  expect(asks(starred)).toBe(true);
  expect(asks(small)).toBe(false);
  expect(asks(large)).toBe(false);
});

it('a star is shown in every answer that has the picture', () => {
  showStars(client, ['1'], true);
  for (const key of [small, large, starred])
    expect(client.getQueryData<SearchPage>(key)?.hits.map(({ starred }) => starred)).toEqual([true, true]);
  expect(alreadyStarred(client, ['1', '2', '3'], true)).toEqual(new Set(['1', '2']));
});

it('what has no change stays the same object', () => {
  const before = client.getQueryData(small);
  showStars(client, ['2'], true);
  expect(client.getQueryData(small)).toBe(before);
});

it('counts that are kept beside the answers are left as they are', () => {
  const key = [...queries.search.key(), 'kinds', '/pictures', 3];
  client.setQueryData(key, [{ type: 'jpeg', items: 3 }]);
  showStars(client, ['1'], true);
  refreshKeepsakes(client);
  expect(client.getQueryData(key)).toEqual([{ type: 'jpeg', items: 3 }]);
});
