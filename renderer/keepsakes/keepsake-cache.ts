/**
 * @file Stars in what the page has already been told: shown at once, before the engine answers, and asked for anew when it says that they changed.
 *
 * [Note: Which searches are asked again] A long wall is not replaced because of a star: what this page did is in its hits already. Short ones are
 * cheap to ask again, and so other windows follow. A search by stars or by a collection is another one now, however long it is.
 */
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { ItemDetail } from '../../core/api/library.ts';
import type { Filters, Hit, SearchPage } from '../../core/api/query.ts';
import { queries } from '../app/api.ts';

type Pages = InfiniteData<SearchPage, string | undefined>;

/** Pages of a wall that is short enough to be asked for again without a need. */
const fewPages = 2;

/** Those of the items that are known to be (un)starred already. */
export function alreadyStarred(client: QueryClient, ids: readonly string[], starred: boolean): Set<string> {
  const wanted = new Set(ids);
  const found = new Set<string>();
  for (const [, data] of client.getQueriesData<Pages>({ queryKey: queries.search.key({ type: 'infinite' }) })) {
    for (const page of data?.pages ?? []) {
      for (const hit of page.hits) if (hit.starred === starred && wanted.has(hit.id)) found.add(hit.id);
    }
  }
  for (const id of ids) {
    const item = client.getQueryData<ItemDetail>(queries.item.queryKey({ input: { id } }));
    if (item?.starred === starred) found.add(id);
  }
  return found;
}

/** Shows the items as starred, or not, wherever they are shown. */
export function showStars(client: QueryClient, ids: readonly string[], starred: boolean): void {
  const wanted = new Set(ids);
  client.setQueriesData<Pages>(
    { queryKey: queries.search.key({ type: 'infinite' }) },
    (data) => data && starredPages(data, wanted, starred),
  );
  for (const id of ids) {
    client.setQueryData<ItemDetail>(queries.item.queryKey({ input: { id } }), (item) => item && { ...item, starred });
  }
}

/** Pages without a change stay the same objects, so that only what changed is drawn again. */
export function starredPages(data: Pages, ids: ReadonlySet<string>, starred: boolean): Pages {
  const differs = (hit: Hit): boolean => hit.starred !== starred && ids.has(hit.id);
  if (!data.pages.some(({ hits }) => hits.some(differs))) return data;
  const pages = data.pages.map((page) =>
    page.hits.some(differs) ? { ...page, hits: page.hits.map((hit) => (differs(hit) ? { ...hit, starred } : hit)) } : page,
  );
  return { ...data, pages };
}

/** Stars, collections or saved searches changed, here or elsewhere. */
export function refreshKeepsakes(client: QueryClient): void {
  for (const key of [queries.listCollections.key(), queries.listSavedSearches.key(), queries.item.key()]) {
    void client.invalidateQueries({ queryKey: key });
  }
  void client.invalidateQueries({
    queryKey: queries.search.key(),
    predicate: ({ queryKey, state }) => filtersByKeepsakes(queryKey) || isShort(state.data),
  });
}

/** True for the key of a search whose filters ask for stars or a collection. Keys are made by oRPC: `[path, { input, type }]`. */
export function filtersByKeepsakes(queryKey: readonly unknown[]): boolean {
  const options = queryKey[1] as { input?: { query?: { filters?: Filters } } } | undefined;
  const filters = options?.input?.query?.filters;
  return filters?.starred !== undefined || filters?.collection !== undefined;
}

function isShort(data: unknown): boolean {
  const pages = (data as Partial<Pages> | undefined)?.pages;
  return pages === undefined || pages.length <= fewPages;
}
