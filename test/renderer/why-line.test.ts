/** @file Why a picture is here, in one line. */
import { describe, expect, it } from 'vitest';
import type { Hit } from '../../core/api/query.ts';
import { en } from '../../renderer/messages/en.ts';
import { hasTwoEngines, rankedBy, splitSnippet, whyLine } from '../../renderer/wall/why-line.ts';

const word = (text: string) => ({ text, probability: 0.5 });
const hit: Hit = {
  id: '1',
  path: '/p/beach.jpg',
  name: 'beach.jpg',
  type: 'jpeg',
  width: 4,
  height: 3,
  colour: '#888888',
  version: '1',
  takenAt: '2023-07-14T18:32:10',
  offline: false,
  starred: false,
  score: 0.5,
  aboveCut: true,
  why: { words: [], filters: [], ranks: [] },
};

describe('whyLine', () => {
  it('says what the picture says and what was asked', () => {
    const line = whyLine(
      { ...hit, why: { ...hit.why, words: [word('beach'), word('sunset'), word('sea')] } },
      [word('beach'), word('evening')],
      en,
    );
    expect(line).toBe('says: beach, sunset · you asked: beach, evening');
  });

  it('quotes the text that matched', () => {
    const text = { field: 'name' as const, snippet: 'my \u0002beach\u0003 house' };
    expect(whyLine({ ...hit, why: { ...hit.why, text } }, [], en)).toBe('text: “my beach house”');
  });

  it('falls back to the name when nothing was asked and nothing is said', () => {
    expect(whyLine(hit, [], en)).toBe('beach.jpg');
  });
});

describe('who ranked a picture', () => {
  const rank = (source: string) => ({ source, rank: 1, score: 0.5 });

  it('is told in words, an engine by its name', () => {
    expect(['vectors', 'names', 'E5-V', 'constructor'].map((source) => rankedBy(source, en))).toEqual([
      'What it shows',
      'Names of file and folder',
      'What it shows, by E5-V',
      'What it shows, by constructor',
    ]);
  });

  it('are two engines only where both of them rank it', () => {
    expect(hasTwoEngines([rank('Lite'), rank('E5-V'), rank('names')], en)).toBe(true);
    expect(hasTwoEngines([rank('vectors'), rank('names')], en)).toBe(false);
    expect(hasTwoEngines([rank('Lite')], en)).toBe(false);
  });
});

describe('splitSnippet', () => {
  it('marks the matches', () => {
    expect(splitSnippet('\u0002beach\u0003 and \u0002sun\u0003set')).toEqual([
      { text: 'beach', match: true },
      { text: ' and ', match: false },
      { text: 'sun', match: true },
      { text: 'set', match: false },
    ]);
  });

  it('takes a snippet without matches, and one that was cut inside a match', () => {
    expect(splitSnippet('plain')).toEqual([{ text: 'plain', match: false }]);
    expect(splitSnippet('a \u0002bea')).toEqual([
      { text: 'a ', match: false },
      { text: 'bea', match: true },
    ]);
  });
});
