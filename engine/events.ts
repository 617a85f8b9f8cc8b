/** @file What happens in the library, for everybody who listens: a status at once, then at most twice a second while something changes. */
import { AsyncIteratorClass } from '@orpc/server';
import type { LibraryEvent, LibraryStatus } from '../core/api/library.ts';

/** `status`: numbers moved. `folders`: one came, went or changed its state. `changed`: searches may answer differently. */
export type Change = LibraryEvent['type'];

export type Events = {
  tell(change: Change): void;
  /** Ends when `signal` aborts, when the listener returns, or with `close`. */
  listen(signal: AbortSignal | undefined): AsyncIteratorObject<LibraryEvent, undefined, void>;
  close(): void;
};

export const shortestPause = 500;

export function createEvents(status: () => LibraryStatus): Events {
  const listeners = new Set<Listener>();
  return {
    tell: (change) => {
      for (const listener of listeners) listener.tell(change);
    },
    listen: (signal) => {
      const listener = createListener(status);
      const stop = () => {
        listeners.delete(listener);
        signal?.removeEventListener('abort', stop);
        listener.stop();
      };
      listeners.add(listener);
      signal?.addEventListener('abort', stop, { once: true });
      if (signal?.aborted) stop();
      return new AsyncIteratorClass(listener.next, async () => stop());
    },
    close: () => {
      for (const listener of listeners) listener.stop();
      listeners.clear();
    },
  };
}

type Listener = { tell(change: Change): void; next(): Promise<IteratorResult<LibraryEvent, undefined>>; stop(): void };

function createListener(status: () => LibraryStatus): Listener {
  const ready: LibraryEvent[] = [];
  const dirty = new Set<Change>(['status']);
  let last = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let waiting: PromiseWithResolvers<void> | undefined;

  /** Until something is told, or for some milliseconds; `stop` ends both. */
  function wait(milliseconds?: number): Promise<void> {
    const here = Promise.withResolvers<void>();
    waiting = here;
    const timer = milliseconds === undefined ? undefined : setTimeout(here.resolve, milliseconds);
    return here.promise.finally(() => clearTimeout(timer));
  }

  async function gather(): Promise<void> {
    while (dirty.size === 0 && !stopped) await wait();
    for (let left = last + shortestPause - performance.now(); left > 0 && !stopped; left = last + shortestPause - performance.now()) {
      await wait(left);
    }
    if (stopped) return;
    last = performance.now();
    if (dirty.has('folders')) ready.push({ type: 'folders' });
    if (dirty.has('changed')) ready.push({ type: 'changed' });
    if (dirty.has('keepsakes')) ready.push({ type: 'keepsakes' });
    ready.push({ type: 'status', status: status() });
    dirty.clear();
  }

  return {
    tell: (change) => {
      const first = dirty.size === 0;
      dirty.add(change);
      if (first) waiting?.resolve();
    },
    next: async () => {
      if (ready.length === 0) await gather();
      const event = ready.shift();
      return event && !stopped ? { done: false, value: event } : { done: true, value: undefined };
    },
    stop: () => {
      stopped = true;
      waiting?.resolve();
    },
  };
}
