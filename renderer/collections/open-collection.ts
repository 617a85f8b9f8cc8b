/** @file A collection, or the stars, as a search: the wall with a filter chip. */
import { emptyQuery, withFact } from '../query/query-state.ts';
import { place } from '../query/use-place.ts';

/** The chip's text is what one types for it, so that it can be turned back into words. */
export function openCollection(name: string): void {
  place.step(() => withFact(emptyQuery, { text: `collection:"${name}"`, label: name, filters: { collection: name } }));
}

export function openStars(label: string): void {
  place.step(() => withFact(emptyQuery, { text: 'starred:yes', label, filters: { starred: true } }));
}
