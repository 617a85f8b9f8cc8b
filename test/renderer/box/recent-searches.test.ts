/** @file Recent searches: what is kept, in which order, and what is not. */
import { describe, expect, it } from 'vitest';
import { broughtBack, forgotten, mostRecent, type Recents, readRecents, remembered } from '../../../renderer/box/recent-searches.ts';
import { emptyQuery, type QueryState, withFact, withPicture, withWords } from '../../../renderer/query/query-state.ts';

const words = (text: string): QueryState => withWords(emptyQuery, text);
const lately = (...queries: QueryState[]): Recents => queries.reduce<Recents>(remembered, []);

describe('recent searches', () => {
  it('come with the latest first, each once', () => {
    expect(lately(words('beach'), words('cat'), words('beach'))).toEqual(['?q=beach', '?q=cat']);
  });

  it('are not made of what narrows nothing', () => {
    expect(lately(words('  '), { ...emptyQuery, order: 'date', group: true })).toEqual([]);
  });

  it('hold a search once while its words grow and shrink', () => {
    expect(lately(words('cat'), words('be'), words('beach '), words('beach at night'), words('beach'))).toEqual(['?q=beach', '?q=cat']);
  });

  it('keep apart what differs by more than letters', () => {
    const july = { text: 'july', filters: { from: '2026-07-01' } };
    const cat = withPicture(emptyQuery, { kind: 'item', id: '1' }, 'edit');
    expect(lately(words('beach'), withFact(words('beach'), july), cat, { ...cat, edit: 'at night' })).toHaveLength(4);
  });

  it('forget the order of the wall', () => {
    expect(lately(words('beach'), { ...words('beach'), order: 'date', group: true })).toEqual(['?q=beach']);
  });

  it('are twenty at most', () => {
    const many = lately(...Array.from({ length: 30 }, (_, at) => words(`word${at}x`)));
    expect(many).toHaveLength(mostRecent);
    expect(many[0]).toBe('?q=word29x');
  });

  it('come back where they were', () => {
    const three = lately(words('c'), words('b'), words('a'));
    expect(broughtBack(forgotten(three, '?q=b'), '?q=b', 1)).toEqual(three);
    expect(broughtBack(three, '?q=b', 0)).toEqual(three);
  });

  it('are read only where they are ours', () => {
    expect(readRecents('["?q=beach",7,"",{"a":1},"?view=3"]')).toEqual(['?q=beach']);
    for (const text of [null, '', '{', '{}', '"x"']) expect(readRecents(text)).toEqual([]);
  });
});
