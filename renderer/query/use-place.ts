/** @file The one place store of this window, over the browser's address. */
import { navigate } from 'wouter/use-browser-location';
import { useStore } from 'zustand';
import { createPlaceStore, type PlaceState } from './place-store.ts';
import { writePlace } from './query-url.ts';

export const place = createPlaceStore({
  search: () => window.location.search,
  isSearchPage: () => window.location.pathname === '/',
  push: (search) => navigate(`/${search}`),
  replace: (search) => navigate(`/${search}`, { replace: true }),
});

// wouter announces its own navigations under the last two names.
for (const event of ['popstate', 'pushState', 'replaceState']) window.addEventListener(event, () => place.follow());

export function usePlace<T>(select: (state: PlaceState) => T): T {
  return useStore(place, select);
}

/** Where the rail's Search leads: to the search as it was left. */
export function useSearchHref(): string {
  return usePlace((state) => `/${writePlace({ query: state.query, view: null })}`);
}
