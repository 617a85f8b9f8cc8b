/** @file The recent searches of this browser, in step between its tabs. */
import { useEffect } from 'react';
import { create } from 'zustand';
import { usePlace } from '../query/use-place.ts';
import { broughtBack, forgotten, type Recents, readRecents, remembered } from './recent-searches.ts';

const storageKey = 'oneword-recent-searches';

const read = (): Recents => readRecents(localStorage.getItem(storageKey));

export const useRecents = create<{ places: Recents }>(() => ({ places: read() }));

window.addEventListener('storage', ({ key }) => {
  if (key === storageKey || key === null) useRecents.setState({ places: read() });
});

/** From what is kept, not from what this tab knows: another one may have been quicker. */
function change(to: (places: Recents) => Recents): void {
  const places = to(read());
  useRecents.setState({ places });
  try {
    if (places.length === 0) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, JSON.stringify(places));
  } catch (error) {
    console.warn('The recent searches could not be kept', error);
  }
}

export const recents = {
  forget: (place: string): void => change((places) => forgotten(places, place)),
  bringBack: (place: string, at: number): void => change((places) => broughtBack(places, place, at)),
  clear: (): void => change(() => []),
  put: (places: Recents): void => change(() => places),
};

/** Long enough that somebody looked at what was found. */
const lookedAt = 1500;

export function useRememberedSearch(): void {
  const query = usePlace((state) => state.query);
  useEffect(() => {
    const timer = setTimeout(() => change((places) => remembered(places, query)), lookedAt);
    return () => clearTimeout(timer);
  }, [query]);
}
