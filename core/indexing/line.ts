/**
 * @file Which pending file comes next. The rows are the queue; this only remembers where it stands in them, what is being worked on, and
 * what has to rest for a moment.
 */
import { type FileRow, fileById, nextPending } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import { rootById } from '../store/roots.ts';

export type Line = {
  /** The next file, which counts as being worked on until `leave`. */
  take(): FileRow | undefined;
  leave(fileId: number): void;
  /** There may be new rows. */
  wake(): void;
  /** These come first: somebody may be waiting for them. */
  hurry(fileIds: readonly number[]): void;
  /** Not before so many milliseconds. */
  rest(fileId: number, ms: number): void;
  /** No file is pending, being worked on, or resting. */
  readonly isEmpty: boolean;
  close(): void;
};

const page = 128;

export function createLine(store: Store, onAwake: () => void): Line {
  const taken = new Set<number>();
  const resting = new Map<number, NodeJS.Timeout>();
  let hurried: number[] = [];
  let buffer: FileRow[] = [];
  let cursor = 0;
  let exhausted = false;

  const isFree = (id: number) => !taken.has(id) && !resting.has(id);

  function take(): FileRow | undefined {
    const row = takeHurried() ?? takeBuffered();
    if (row) taken.add(row.id);
    return row;
  }

  function takeHurried(): FileRow | undefined {
    for (let id = hurried.shift(); id !== undefined; id = hurried.shift()) {
      const row = stillPending(id);
      if (row) return row;
    }
    return undefined;
  }

  function takeBuffered(): FileRow | undefined {
    while (!exhausted) {
      for (let ahead = buffer.shift(); ahead; ahead = buffer.shift()) {
        const row = stillPending(ahead.id); // it may have changed since it was buffered
        if (row) return row;
      }
      buffer = nextPending(store, cursor, page);
      const last = buffer.at(-1);
      if (last) cursor = last.id;
      else exhausted = true;
    }
    return undefined;
  }

  function stillPending(id: number): FileRow | undefined {
    if (!isFree(id)) return undefined;
    const row = fileById(store, id);
    return row?.state === 'pending' && rootById(store, row.rootId)?.online ? row : undefined;
  }

  /** Rows behind the cursor may have become pending: start over. Those ahead are not lost, they come again. */
  function wake(): void {
    exhausted = false;
    cursor = 0;
    buffer = [];
    onAwake();
  }

  return {
    take,
    wake,
    leave: (fileId) => taken.delete(fileId),
    hurry(fileIds) {
      hurried.push(...fileIds);
      wake();
    },
    rest(fileId, ms) {
      clearTimeout(resting.get(fileId));
      const timer = setTimeout(() => {
        resting.delete(fileId);
        wake();
      }, ms);
      resting.set(fileId, timer);
    },
    get isEmpty() {
      return taken.size === 0 && resting.size === 0 && hurried.length === 0 && exhausted;
    },
    close() {
      for (const timer of resting.values()) clearTimeout(timer);
      resting.clear();
      hurried = [];
      exhausted = true;
    },
  };
}
