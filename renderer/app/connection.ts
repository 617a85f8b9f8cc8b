/** @file The library's events: keeps status fresh, says when searches may answer differently, and notices when nobody answers. */
import { create } from 'zustand';
import type { LibraryStatus } from '../../core/api/library.ts';
import { enginesMoved } from '../engines/engine-state.ts';
import { refreshKeepsakes } from '../keepsakes/keepsake-cache.ts';
import { api, queries, queryClient } from './api.ts';
import { problemCode } from './problem.ts';

type Connection = {
  state: 'connecting' | 'live' | 'gone' | 'locked';
  /** Grows when searches may answer differently, at most every other second. */
  revision: number;
};

export const useConnection = create<Connection>(() => ({ state: 'connecting', revision: 0 }));

const firstWait = 500;
const longestWait = 8000;
const settle = 1500;
const keepsakeSettle = 250;

let wake: (() => void) | null = null;

/** Does not wait for the next attempt. */
export function reconnectNow(): void {
  wake?.();
}

export async function followLibrary(signal: AbortSignal): Promise<void> {
  let wait = firstWait;
  let wasGone = false;
  while (!signal.aborted) {
    let locked = false;
    try {
      const events = await api.events(undefined, { signal });
      useConnection.setState({ state: 'live' });
      // What happened while nobody listened is unknown.
      if (wasGone) void queryClient.invalidateQueries();
      wasGone = false;
      wait = firstWait;
      for await (const event of events) {
        if (event.type === 'status') takeStatus(event.status);
        else if (event.type === 'folders') void queryClient.invalidateQueries({ queryKey: queries.listFolders.key() });
        else if (event.type === 'keepsakes') announceKeepsakes();
        else announceChange();
      }
    } catch (error) {
      if (signal.aborted) return;
      // Signing in happens in another tab, by the printed address: this one only has to notice.
      locked = problemCode(error) === 'unauthorised';
    }
    if (signal.aborted) return;
    wasGone = true;
    useConnection.setState({ state: locked ? 'locked' : 'gone' });
    await pause(wait, signal);
    wait = Math.min(longestWait, wait * 2);
  }
}

function takeStatus(status: LibraryStatus): void {
  const before = queryClient.getQueryData(queries.status.queryKey());
  queryClient.setQueryData(queries.status.queryKey(), status);
  if (!enginesMoved(before, status)) return;
  // Progress comes often: a list that is on its way is not asked for anew. A job that came or went is worth it.
  const hasTurned = before?.jobs.map(({ name }) => name).join() !== status.jobs.map(({ name }) => name).join();
  void queryClient.invalidateQueries({ queryKey: queries.listEngines.key() }, { cancelRefetch: hasTurned });
}

let announced = false;

/** Indexing changes the library many times a second: gathered, so that the wall is not asked for each time. */
function announceChange(): void {
  if (announced) return;
  announced = true;
  setTimeout(() => {
    announced = false;
    // Searches are only marked: whoever shows one decides whether to replace it under the reader's eyes.
    void queryClient.invalidateQueries({ queryKey: queries.search.key(), refetchType: 'none' });
    useConnection.setState(({ revision }) => ({ revision: revision + 1 }));
    const told = [queries.item, queries.failures, queries.listFolders, queries.listEngines, queries.countTypes];
    for (const method of told) void queryClient.invalidateQueries({ queryKey: method.key() });
  }, settle);
}

let keepsakesAnnounced = false;

/** Somebody who stars ten pictures in a row is one change. */
function announceKeepsakes(): void {
  if (keepsakesAnnounced) return;
  keepsakesAnnounced = true;
  setTimeout(() => {
    keepsakesAnnounced = false;
    refreshKeepsakes(queryClient);
  }, keepsakeSettle);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      wake = null;
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    wake = done;
  });
}
