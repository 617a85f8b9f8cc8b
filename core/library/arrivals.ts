/**
 * @file Waits until files are completely written. A path that something happened to is looked at until its size and time have stayed the
 * same for a while; then the newest look is handed over. A path with nothing at it is handed over as gone.
 */
import { type Found, look, type Unreadable } from './walk.ts';

export type Arrivals = {
  note(path: string): void;
  /** Paths that are still waited for. */
  readonly size: number;
  close(): Promise<void>;
};

export type ArrivalEvents = {
  arrived(files: readonly Found[]): void;
  gone(paths: readonly string[]): void;
  unreadable(what: Unreadable): void;
};

/** Long enough for a program that writes in pieces, short enough to be found by search at once. */
const stillMs = 500;
const everyMs = 100;
const parallelLooks = 64;

type Waiting = { bytes: number; mtime: number; since: number };

export function createArrivals(events: ArrivalEvents): Arrivals {
  const waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();
  let closed = false;

  function schedule(): void {
    if (closed || timer !== undefined || waiting.size === 0) return;
    timer = setTimeout(() => {
      turn = lookAround().finally(() => {
        timer = undefined;
        schedule();
      });
    }, everyMs);
  }

  async function lookAround(): Promise<void> {
    const paths = [...waiting.keys()];
    for (let at = 0; at < paths.length && !closed; at += parallelLooks) {
      const arrived: Found[] = [];
      const gone: string[] = [];
      await Promise.all(
        paths.slice(at, at + parallelLooks).map(async (path) => {
          const before = waiting.get(path);
          let refused = false;
          const found = await look(path, {
            unreadable: (what) => {
              refused = true;
              events.unreadable(what);
            },
          });
          if (!before || closed) return;
          const now = Date.now();
          if (found && (before.bytes !== found.stat.bytes || before.mtime !== found.stat.mtime)) {
            waiting.set(path, { bytes: found.stat.bytes, mtime: found.stat.mtime, since: now });
            return;
          }
          if (now - before.since < stillMs) return;
          // Nothing at the path must also last: saving by rename takes the old file away for a moment.
          waiting.delete(path);
          if (found) arrived.push(found);
          else if (!refused) gone.push(path);
        }),
      );
      if (closed) return;
      if (arrived.length > 0) events.arrived(arrived);
      if (gone.length > 0) events.gone(gone);
    }
  }

  return {
    note(path) {
      const known = waiting.get(path);
      if (known) known.since = Date.now();
      else waiting.set(path, { bytes: -1, mtime: -1, since: Date.now() });
      schedule();
    },
    get size() {
      return waiting.size;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
