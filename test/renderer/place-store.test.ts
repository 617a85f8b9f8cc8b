/** @file History: what makes an entry, what rewrites one, and what back and forward bring. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createPlaceStore, type PlaceStore } from '../../renderer/query/place-store.ts';
import { withPicture, withStrength, withWords } from '../../renderer/query/query-state.ts';

/** A browser's history, as far as the store knows it. */
function createHistory(start = '', page = '/') {
  const entries = [start];
  let at = 0;
  return {
    entries,
    page,
    search: () => entries[at] ?? '',
    isSearchPage() {
      return this.page === '/';
    },
    push(search: string) {
      this.page = '/';
      entries.splice(at + 1, entries.length, search);
      at += 1;
    },
    replace(search: string) {
      entries[at] = search;
    },
    back(store: PlaceStore) {
      at -= 1;
      store.follow();
    },
  };
}

const type = (store: PlaceStore, text: string) => {
  for (let length = 1; length <= text.length; length++) store.type((query) => withWords(query, text.slice(0, length)));
};

let history: ReturnType<typeof createHistory>;
let store: PlaceStore;
beforeEach(() => {
  history = createHistory();
  store = createPlaceStore(history);
});

describe('the place', () => {
  it('starts from the address', () => {
    expect(createPlaceStore(createHistory('?q=beach&view=3')).getState()).toMatchObject({ query: { words: 'beach' }, view: '3' });
  });

  it('makes one entry of a word that is typed', () => {
    type(store, 'beach');
    expect(history.entries).toEqual(['', '?q=beach']);
  });

  it('makes an entry of every step, and typing after it another', () => {
    type(store, 'beach');
    store.step((query) => withPicture(query, { kind: 'item', id: '4' }, 'like'));
    type(store, 'at night');
    expect(history.entries).toEqual(['', '?q=beach', '?like=item%3A4', '?q=at+night&like=item%3A4']);
  });

  it('makes one entry of a slider that is dragged, and another of the next drag', () => {
    store.step((query) => withPicture(query, { kind: 'item', id: '4' }, 'edit'));
    for (const strength of [0.6, 0.7, 0.8]) store.adjust('strength', (query) => withStrength(query, strength));
    expect(store.getState().cameBy).toBe('gesture');
    store.settle();
    for (const strength of [0.7, 0.6]) store.adjust('strength', (query) => withStrength(query, strength));
    expect(history.entries).toEqual(['', '?like=item%3A4', '?like=item%3A4&strength=0.8', '?like=item%3A4&strength=0.6']);
  });

  it('tells typing from dragging', () => {
    store.step((query) => withPicture(query, { kind: 'item', id: '4' }, 'edit'));
    type(store, 'at');
    store.adjust('strength', (query) => withStrength(query, 0.6));
    expect(history.entries).toEqual(['', '?like=item%3A4', '?q=at&like=item%3A4', '?q=at&like=item%3A4&strength=0.6']);
  });

  it('makes no entry when nothing changes', () => {
    store.step((query) => query);
    expect(history.entries).toEqual(['']);
  });

  it('comes back to what was typed, and says that it came by history', () => {
    type(store, 'beach');
    store.step((query) => withPicture(query, { kind: 'item', id: '4' }, 'like'));
    history.back(store);
    expect(store.getState()).toMatchObject({ query: { words: 'beach', picture: null }, cameBy: 'history' });
  });

  it('leaves the viewer with one step back, however many pictures were seen', () => {
    type(store, 'beach');
    store.view('1');
    store.view('2');
    store.view('3');
    expect(history.entries).toEqual(['', '?q=beach', '?q=beach&view=3']);
    history.back(store);
    expect(store.getState()).toMatchObject({ query: { words: 'beach' }, view: null });
  });

  it('closes the viewer when the query changes', () => {
    store.view('1');
    store.step((query) => withPicture(query, { kind: 'item', id: '1' }, 'like'));
    expect(store.getState().view).toBeNull();
  });

  it('keeps the query while another page is open, and returns to search with a change', () => {
    type(store, 'beach');
    history.page = '/library';
    store.follow();
    expect(store.getState().query.words).toBe('beach');
    type(store, 'beaches');
    expect(history).toMatchObject({ page: '/', entries: ['', '?q=beach', '?q=beaches'] });
  });
});
