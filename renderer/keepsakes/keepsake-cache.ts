/**
 * @file Stars in what the page has already been told: shown at once, before the engine answers, and asked for anew when it says that they changed.
 *
 * [Note: Which searches are asked again] A long wall is not replaced because of a star: what this page did is in its hits already. Short ones are
 * cheap to ask again, and so other windows follow. A search by stars or by a collection is another one now, however long it is.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { ItemDetail } from '../../core/api/library.ts';
import type { Filters, Hit, SearchPage } from '../../core/api/query.ts';
import { queries } from '../app/api.ts';

/** An answer in the cache: one page, or those that were loaded one after the other. */
export type Answer = SearchPage | { readonly pages: readonly SearchPage[] };

/** Pages of a wall that is short enough to be asked for again without a need. */
const fewPages = 2;

/** Those of the items that are known to be (un)starred already. */
export function alreadyStarred(client: QueryClient, ids: readonly string[], starred: boolean): Set<string> {
  const wanted = new Set(ids);
  const found = new Set<string>();
  for (const [, data] of client.getQueriesData<Answer>({ queryKey: queries.search.key() })) {
    for (const page of pagesOf(data)) {
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
  client.setQueriesData<Answer>({ queryKey: queries.search.key() }, (data) => data && withStars(data, wanted, starred));
  for (const id of ids) {
    client.setQueryData<ItemDetail>(queries.item.queryKey({ input: { id } }), (item) => item && { ...item, starred });
  }
}

/** What has no change in it stays the same object, so that only what changed is drawn again. */
export function withStars(data: Answer, ids: ReadonlySet<string>, starred: boolean): Answer {
  const differs = (hit: Hit): boolean => hit.starred !== starred && ids.has(hit.id);
  const change = (page: SearchPage): SearchPage =>
    page.hits.some(differs) ? { ...page, hits: page.hits.map((hit) => (differs(hit) ? { ...hit, starred } : hit)) } : page;
  if (!('pages' in data)) return change(data);
  const pages = data.pages.map(change);
  return pages.every((page, at) => page === data.pages[at]) ? data : { ...data, pages };
}

/** Stars, collections or saved searches changed, here or elsewhere. */
export function refreshKeepsakes(client: QueryClient): void {
  for (const key of [queries.listCollections.key(), queries.listSavedSearches.key(), queries.item.key()]) {
    void client.invalidateQueries({ queryKey: key });
  }
  void client.invalidateQueries({
    queryKey: queries.search.key(),
    predicate: ({ queryKey, state }) => filtersByKeepsakes(queryKey) || pagesOf(state.data as Answer | undefined).length <= fewPages,
  });
}

/** True for the key of a search whose filters ask for stars or a collection. Keys are made by oRPC: `[path, { input, type }]`. */
export function filtersByKeepsakes(queryKey: readonly unknown[]): boolean {
  const options = queryKey[1] as { input?: { query?: { filters?: Filters } } } | undefined;
  const filters = options?.input?.query?.filters;
  return filters?.starred !== undefined || filters?.collection !== undefined;
}

function pagesOf(data: Answer | undefined): readonly SearchPage[] {
  if (!data) return [];
  return 'pages' in data ? data.pages : [data];
}
