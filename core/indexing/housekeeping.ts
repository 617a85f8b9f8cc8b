/** @file What is done once a day when nothing else is: a backup of the library, deleting what nobody came back for, the cap of the thumbnails. */
import type { Thumbnails } from '../library/thumbnails.ts';
import { backUpIfDue } from '../store/backup.ts';
import { contentsUnusedSince } from '../store/contents.ts';
import type { Store } from '../store/open.ts';
import type { Records } from './records.ts';

export type HousekeepingOptions = {
  readonly store: Store;
  readonly records: Records;
  readonly thumbnails: Thumbnails;
  readonly now: () => number;
  readonly log: (line: string) => void;
};

export type Housekeeping = {
  /** Does what is due. Never rejects. */
  run(): Promise<void>;
  /** Resolves when nothing is being done. */
  finish(): Promise<void>;
};

/** How long the vectors of a content without files are kept, see [Note: spare contents]. */
export const spareMs = 30 * 24 * 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;

export function createHousekeeping({ store, records, thumbnails, now, log }: HousekeepingOptions): Housekeeping {
  let lastRun = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  async function clean(): Promise<void> {
    try {
      const backup = await backUpIfDue(store, now());
      if (backup) log(`the library was backed up to ${backup.path}`);
      for (let unused = due(); unused.length > 0; unused = due()) {
        records.forgetContents(unused);
        await new Promise(setImmediate);
      }
      await thumbnails.trim();
    } catch (error) {
      log(`housekeeping: ${String(error)}`);
    }
  }

  const due = () => contentsUnusedSince(store, now() - spareMs, 500);

  return {
    run() {
      if (running) return running;
      if (now() - lastRun < dayMs) return Promise.resolve();
      lastRun = now();
      running = clean().finally(() => {
        running = undefined;
      });
      return running;
    },
    finish: () => running ?? Promise.resolve(),
  };
}
