/**
 * @file Where the user is: query and viewer, kept in step with the address. Logic without React; `use-place.ts` is the skin.
 *
 * [Note: History entries]
 * One entry per thing that a person would want to go back to. Typing is one thing: its first letter makes an entry and the rest rewrite it.
 * So is any gesture that changes one thing little by little, such as a slider that is dragged.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { QueryState } from './query-state.ts';
import { everything, type Place, readPlace, writePlace } from './query-url.ts';

export type PlaceState = Place & {
  /** How the user came here: a place that was gone back to keeps its scroll position. */
  cameBy: 'step' | 'gesture' | 'history';
};

/** What is changed little by little. */
export type Gesture = 'words' | 'strength';

/** What the store needs of the browser. `path` is not the search page's while another page is open. */
export type Address = {
  search(): string;
  isSearchPage(): boolean;
  push(search: string): void;
  replace(search: string): void;
};

export type PlaceStore = StoreApi<PlaceState> & {
  /** Something that can be gone back from. */
  step(change: (query: QueryState) => QueryState): void;
  /** A letter more or less. */
  type(change: (query: QueryState) => QueryState): void;
  /** A bit more of the same: rewrites the entry that the gesture began with. */
  adjust(gesture: Gesture, change: (query: QueryState) => QueryState): void;
  /** The gesture is over: the next one is another, even if it is of the same kind. */
  settle(): void;
  view(id: string | null): void;
  /** The address changed under us: back, forward, or a link. */
  follow(): void;
};

export function createPlaceStore(address: Address): PlaceStore {
  const start = address.isSearchPage() ? readPlace(address.search()) : everything;
  const store = createStore<PlaceState>(() => ({ ...start, cameBy: 'history' }));
  let under: Gesture | null = null;

  const go = (place: Place, replace: boolean): void => {
    const before = writePlace(store.getState());
    const search = writePlace(place);
    store.setState({ ...place, cameBy: under ? 'gesture' : 'step' });
    if (search === before && address.isSearchPage()) return;
    if (replace) address.replace(search);
    else address.push(search);
  };

  const adjust = (gesture: Gesture, change: (query: QueryState) => QueryState): void => {
    const replace = under === gesture && address.isSearchPage();
    under = gesture;
    go({ query: change(store.getState().query), view: null }, replace);
  };

  return {
    ...store,
    step(change) {
      under = null;
      go({ query: change(store.getState().query), view: null }, false);
    },
    type(change) {
      adjust('words', change);
    },
    adjust,
    settle() {
      under = null;
    },
    view(id) {
      const { query, view } = store.getState();
      under = null;
      // Walking from picture to picture is one entry: back leaves the viewer.
      go({ query, view: id }, view !== null && id !== null);
    },
    follow() {
      if (!address.isSearchPage()) return;
      const place = readPlace(address.search());
      if (writePlace(place) === writePlace(store.getState())) return;
      under = null;
      store.setState({ ...place, cameBy: 'history' });
    },
  };
}
