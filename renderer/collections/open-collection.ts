/** @file A collection, or the stars, as a search: the wall with a filter chip. */
import { emptyQuery, type QueryState, withFact } from '../query/query-state.ts';
import { writePlace } from '../query/query-url.ts';
import { place } from '../query/use-place.ts';

/** The chip's text is what one types for it, so that it can be turned back into words. */
export function collectionQuery(name: string): QueryState {
  return withFact(emptyQuery, { text: `collection:"${name}"`, filters: { collection: name } });
}

export function starsQuery(): QueryState {
  return withFact(emptyQuery, { text: 'starred:yes', filters: { starred: true } });
}

export function hrefOf(query: QueryState): string {
  return `/${writePlace({ query, view: null })}`;
}

export function openCollection(name: string): void {
  place.step(() => collectionQuery(name));
}
