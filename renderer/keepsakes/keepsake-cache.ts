/**
 * @file Stars in what the page has already been told: shown at once, before the engine answers, and asked for anew when it says that they changed.
 *
 * [Note: Which searches are asked again] A long wall is not replaced because of a star: what this page did is in its hits already. Short ones are
 * cheap to ask again, and so other windows follow: they are marked, and their wall asks when nobody is at work on it. A search by stars or by a
 * collection is another one now, however long it is.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { ItemDetail } from '../../core/api/library.ts';
import type { Filters, Hit, SearchPage } from '../../core/api/query.ts';
import { queries } from '../app/api.ts';

/** Pictures of a wall that is short enough to be asked for again without a need. */
const few = 200;

/** Those of the items that are known to be (un)starred already. */
export function alreadyStarred(client: QueryClient, ids: readonly string[], starred: boolean): Set<string> {
  const wanted = new Set(ids);
  const found = new Set<string>();
  for (const [, data] of client.getQueriesData<SearchPage>({ queryKey: queries.search.key() })) {
    for (const hit of hitsOf(data)) if (hit.starred === starred && wanted.has(hit.id)) found.add(hit.id);
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
  client.setQueriesData<SearchPage>({ queryKey: queries.search.key() }, (page) => page && withStars(page, wanted, starred));
  for (const id of ids) {
    client.setQueryData<ItemDetail>(queries.item.queryKey({ input: { id } }), (item) => item && { ...item, starred });
  }
}

/** What has no change in it stays the same object, so that only what changed is drawn again. */
export function withStars(page: SearchPage, ids: ReadonlySet<string>, starred: boolean): SearchPage {
  const differs = (hit: Hit): boolean => hit.starred !== starred && ids.has(hit.id);
  return hitsOf(page).some(differs) ? { ...page, hits: page.hits.map((hit) => (differs(hit) ? { ...hit, starred } : hit)) } : page;
}

/** Stars, collections or saved searches changed, here or elsewhere. */
export function refreshKeepsakes(client: QueryClient): void {
  for (const key of [queries.listCollections.key(), queries.listSavedSearches.key(), queries.item.key()]) {
    void client.invalidateQueries({ queryKey: key });
  }
  void client.invalidateQueries({
    queryKey: queries.search.key(),
    predicate: ({ queryKey }) => filtersByKeepsakes(queryKey),
  });
  void client.invalidateQueries({
    queryKey: queries.search.key(),
    predicate: ({ queryKey, state }) => !filtersByKeepsakes(queryKey) && isShort(state.data as SearchPage | undefined),
    refetchType: 'none',
  });
}

/** True for the key of a search whose filters ask for stars or a collection. Keys are made by oRPC: `[path, { input, type }]`. */
export function filtersByKeepsakes(queryKey: readonly unknown[]): boolean {
  const options = queryKey[1] as { input?: { query?: { filters?: Filters } } } | undefined;
  const filters = options?.input?.query?.filters;
  return filters?.starred !== undefined || filters?.collection !== undefined;
}

/** By what the whole answer has, of which a page may be all that is kept here. */
function isShort(page: SearchPage | undefined): boolean {
  return page === undefined || page.total <= few;
}

/** Counts of kinds are kept under the same key, and have no hits. */
function hitsOf(page: Partial<SearchPage> | undefined): readonly Hit[] {
  return page?.hits ?? [];
}
