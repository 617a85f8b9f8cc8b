/** @file Which notices stand on the page, in which order, and what can be done about each. */
import { describe, expect, it } from 'vitest';
import type { Job, LibraryStatus, Notice } from '../../core/api/library.ts';
import { readDismissed, writeDismissed } from '../../renderer/app/dismissed.ts';
import { noticeText, standingNotices } from '../../renderer/app/standing-notices.ts';
import { en } from '../../renderer/messages/en.ts';

const job = (name: Job['name']): Job => ({ name, done: 1, total: 2, rate: 0, secondsLeft: null, paused: false });

function notice(kind: Notice['kind'], level: Notice['level'], text: string): Notice {
  return { id: kind, kind, level, text, about: '', code: null, count: 0 };
}

function status(notices: LibraryStatus['notices'], more: Partial<LibraryStatus> = {}): LibraryStatus {
  return { notices, failed: 0, jobs: [], ...more } as LibraryStatus;
}

describe('standing notices', () => {
  it('have the most urgent first, and keep their order otherwise', () => {
    const told = standingNotices(
      status(
        [
          notice('index', 'info', 'no sqlite-vss'),
          notice('offline', 'warning', 'a is offline'),
          notice('offline', 'warning', 'b is offline'),
          notice('engine', 'error', 'the engine has stopped'),
        ],
        { failed: 3 },
      ),
    );
    expect(told.map(({ told, failed }) => told?.text ?? failed)).toEqual([
      'the engine has stopped',
      'a is offline',
      'b is offline',
      'no sqlite-vss',
      3,
    ]);
  });

  it("say what it is about and why, with the server's own words behind it", () => {
    const offline = { ...notice('offline', 'warning', 'x'), about: '/media/drive' };
    expect(noticeText(offline, en)).toBe('/media/drive is offline. What was indexed is kept and can be searched.');
    const broken = { ...notice('engine', 'error', 'x'), about: 'Lite', code: 'model-missing' as const };
    expect(noticeText(broken, en)).toBe(
      'Lite cannot search. Files of the engine are missing. Names, folders and dates can still be searched.',
    );
  });

  it('lead to the page that has the details', () => {
    const kinds = ['engine', 'next-engine', 'provider', 'index', 'indexing', 'offline', 'unwatched'] as const;
    const ways = kinds.map((kind) => standingNotices(status([notice(kind, 'warning', kind)]))[0]?.way);
    expect(ways).toEqual(['engines', 'engines', 'engines', 'settings', 'library', 'library', 'library']);
  });

  it('offer to look again at a folder that is offline, and to read failed files again', () => {
    expect(standingNotices(status([notice('offline', 'warning', 'away')]))[0]?.remedy).toBe('rescan');
    expect(standingNotices(status([], { failed: 2 }))[0]).toMatchObject({ remedy: 'retry', failed: 2, way: 'library' });
    expect(standingNotices(status([notice('unwatched', 'warning', 'slow')]))[0]?.remedy).toBeNull();
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
