/**
 * @file Counts what happened since the library was opened: every file is indexed, skipped or moved, and what went away is removed.
 * A rename may be seen as a new file first or as a deletion first. Both halves are remembered by content until they meet.
 */

export type RunTotals = {
  /** A file whose content was not known. */
  indexed(): void;
  embedded(vectors: number): void;
  /** A file that turned out to be as it was. */
  unchanged(files: number): void;
  /**
   * A known content under a new path: `moved` from a path that is seen to be gone, `spare` if no file had it, else `live`.
   * Returns the id of an item that left in this run, to be taken over.
   */
  recognised(contentId: number, from: 'moved' | 'spare' | 'live'): number | undefined;
  removed(contentId: number, fileId: number): void;
  /** Removed on purpose: nothing is expected to come back. */
  forgotten(files: number): void;
  read(): { indexed: number; skipped: number; embedded: number; moved: number; removed: number };
};

/** Beyond this the oldest departed items are no longer expected back under their old id. */
const departedKept = 200_000;

export function createRunTotals(): RunTotals {
  const sum = { indexed: 0, skipped: 0, embedded: 0, moved: 0, removed: 0 };
  const departed = new Map<number, number[]>();
  const copies = new Map<number, number>();

  return {
    indexed: () => {
      sum.indexed += 1;
    },
    embedded: (vectors) => {
      sum.embedded += vectors;
    },
    unchanged: (files) => {
      sum.skipped += files;
    },
    recognised(contentId, from) {
      if (from === 'moved') {
        sum.moved += 1;
        return undefined;
      }
      const ids = departed.get(contentId);
      const id = ids?.pop();
      if (id === undefined && from === 'spare') {
        sum.moved += 1; // it left in an earlier run
        return undefined;
      }
      if (id === undefined) {
        sum.indexed += 1;
        copies.set(contentId, (copies.get(contentId) ?? 0) + 1);
        return undefined;
      }
      if (ids?.length === 0) departed.delete(contentId);
      sum.removed -= 1;
      sum.moved += 1;
      return id;
    },
    removed(contentId, fileId) {
      const copied = copies.get(contentId) ?? 0;
      if (copied > 0) {
        if (copied === 1) copies.delete(contentId);
        else copies.set(contentId, copied - 1);
        sum.indexed -= 1;
        sum.moved += 1;
        return;
      }
      sum.removed += 1;
      departed.set(contentId, [...(departed.get(contentId) ?? []), fileId]);
      const oldest = departed.size > departedKept ? departed.keys().next().value : undefined;
      if (oldest !== undefined) departed.delete(oldest);
    },
    forgotten: (files) => {
      sum.removed += files;
    },
    read: () => ({ ...sum }),
  };
}
