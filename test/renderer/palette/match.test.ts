/** @file Commands are found by a few letters of a few words. */
import { describe, expect, it } from 'vitest';
import { type Findable, findByWords } from '../../../renderer/palette/match.ts';
import { readRecent, remember, withRecent } from '../../../renderer/palette/recent.ts';

const named = (...titles: string[]): Findable[] => titles.map((title) => ({ title }));
const find = (typed: string, all: readonly Findable[], recency: (entry: Findable) => number = () => 0): string[] =>
  findByWords(typed, all, recency).map(({ title }) => title);

describe('finding commands', () => {
  it('keeps the order where nothing is typed', () => {
    expect(find('  ', named('b', 'a'))).toEqual(['b', 'a']);
  });

  it('takes words in any order, each by its beginning', () => {
    const all = named('Search in Trips', 'Search in Work', 'Pause the work');
    expect(find('tri sea', all)).toEqual(['Search in Trips']);
    expect(find('work sear', all)).toEqual(['Search in Work']);
  });

  it('wants every word that was typed', () => {
    expect(find('pause xylophone', named('Pause the work'))).toEqual([]);
  });

  it('puts a whole word before a beginning, a beginning before a part, a part before scattered letters', () => {
    const all = named('Skeletal list', 'Resets', 'Settings', 'Set');
    expect(find('set', all)).toEqual(['Set', 'Settings', 'Resets', 'Skeletal list']);
    expect(find('slt', all)).toEqual(['Skeletal list']);
  });

  it('takes the first letters of several words', () => {
    expect(find('gtb', named('Group', 'Go to the box', 'Go to bed'))).toEqual(['Go to bed']);
    expect(find('gttb', named('Group', 'Go to the box'))).toEqual(['Go to the box']);
  });

  it('does not find a lone letter inside of words', () => {
    expect(find('x', named('Export', 'Xenon'))).toEqual(['Xenon']);
  });

  it('finds by other words too, after those whose title says it', () => {
    const all: Findable[] = [{ title: 'Search in 2019', words: '/home/me/Holiday' }, { title: 'Holiday' }];
    expect(find('holiday', all)).toEqual(['Holiday', 'Search in 2019']);
  });

  it('puts what was used lately first only among equals', () => {
    const all = named('Theme: Light', 'Theme: Dark', 'Thermal theme');
    const recency = ({ title }: Findable): number => (title === 'Theme: Dark' ? 1 : 0);
    expect(find('theme', all, recency)).toEqual(['Theme: Dark', 'Theme: Light', 'Thermal theme']);
    expect(find('light', all, recency)).toEqual(['Theme: Light']);
  });

  it('overlooks case and accents, and finds half a Hangul syllable', () => {
    expect(find('ubersicht', named('Übersicht'))).toEqual(['Übersicht']);
    expect(find('서', named('설정', '검색'))).toEqual(['설정']);
  });

  it('takes nothing for a pattern', () => {
    expect(find('.* (', named('Anything'))).toEqual(['Anything']);
    expect(find('a.c', named('abc'))).toEqual([]);
  });
});

describe('commands used lately', () => {
  const memory = (): Pick<Storage, 'getItem' | 'setItem'> => {
    const map = new Map<string, string>();
    return { getItem: (key) => map.get(key) ?? null, setItem: (key, value) => void map.set(key, value) };
  };

  it('have the latest first, each once, and no more than six', () => {
    expect(withRecent(['a', 'b', 'c'], 'b')).toEqual(['b', 'a', 'c']);
    expect(withRecent(['a', 'b', 'c', 'd', 'e', 'f'], 'g')).toEqual(['g', 'a', 'b', 'c', 'd', 'e']);
  });

  it('are read back, and anything else counts as none', () => {
    const kept = memory();
    remember('one', kept);
    remember('two', kept);
    expect(readRecent(kept)).toEqual(['two', 'one']);
    expect(readRecent({ getItem: () => '{"no":' })).toEqual([]);
    expect(readRecent({ getItem: () => '[1]' })).toEqual([]);
  });
});
