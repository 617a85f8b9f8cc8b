/** @file Which notices stand on the page, in which order, and what can be done about each. */
import { describe, expect, it } from 'vitest';
import type { Job, LibraryStatus } from '../../core/api/library.ts';
import { readDismissed, writeDismissed } from '../../renderer/app/dismissed.ts';
import { standingNotices } from '../../renderer/app/standing-notices.ts';

const job = (name: Job['name']): Job => ({ name, done: 1, total: 2, rate: 0, secondsLeft: null, paused: false });

function status(notices: LibraryStatus['notices'], more: Partial<LibraryStatus> = {}): LibraryStatus {
  return { notices, failed: 0, jobs: [], ...more } as LibraryStatus;
}

describe('standing notices', () => {
  it('have the most urgent first, and keep their order otherwise', () => {
    const told = standingNotices(
      status(
        [
          { id: 'index', level: 'info', text: 'no sqlite-vss' },
          { id: 'offline-1', level: 'warning', text: 'a is offline' },
          { id: 'offline-2', level: 'warning', text: 'b is offline' },
          { id: 'engine', level: 'error', text: 'the engine has stopped' },
        ],
        { failed: 3 },
      ),
    );
    expect(told.map(({ text, failed }) => text ?? failed)).toEqual([
      'the engine has stopped',
      'a is offline',
      'b is offline',
      'no sqlite-vss',
      3,
    ]);
  });

  it('lead to the page that has the details', () => {
    const ways = ['engine', 'next-engine', 'provider', 'index', 'indexing', 'offline-7', 'unwatched-7'].map(
      (id) => standingNotices(status([{ id, level: 'warning', text: id }]))[0]?.way,
    );
    expect(ways).toEqual(['engines', 'engines', 'engines', 'settings', 'library', 'library', 'library']);
  });

  it('offer to look again at a folder that is offline, and to read failed files again', () => {
    expect(standingNotices(status([{ id: 'offline-1', level: 'warning', text: 'away' }]))[0]?.remedy).toBe('rescan');
    expect(standingNotices(status([], { failed: 2 }))[0]).toMatchObject({ remedy: 'retry', failed: 2, way: 'library' });
    expect(standingNotices(status([{ id: 'unwatched-1', level: 'warning', text: 'slow' }]))[0]?.remedy).toBeNull();
  });

  it('count failed files only when the work is done', () => {
    expect(standingNotices(status([], { failed: 2, jobs: [job('indexing')] }))).toEqual([]);
    expect(standingNotices(status([], { failed: 2, jobs: [job('second-pass')] }))).toHaveLength(1);
  });

  it('are new when they say something new', () => {
    const keys = [2, 3].map((failed) => standingNotices(status([], { failed }))[0]?.key);
    expect(new Set(keys).size).toBe(2);
  });
});

describe('dismissed notices', () => {
  const memory = (value: string | null): Pick<Storage, 'getItem' | 'setItem'> => {
    const map = new Map(value === null ? [] : [['oneword-dismissed', value]]);
    return { getItem: (key) => map.get(key) ?? null, setItem: (key, text) => void map.set(key, text) };
  };

  it('are read back, the latest ones', () => {
    const kept = memory(null);
    writeDismissed(['a', 'b', 'a'], kept);
    expect(readDismissed(kept)).toEqual(['a', 'b']);
    writeDismissed(
      Array.from({ length: 100 }, (_, at) => `n${at}`),
      kept,
    );
    expect(readDismissed(kept)).toHaveLength(40);
    expect(readDismissed(kept).at(-1)).toBe('n99');
  });

  it('are none where something else was written', () => {
    expect(readDismissed(memory('nonsense'))).toEqual([]);
    expect(readDismissed(memory('{"a":1}'))).toEqual([]);
  });
});
