/**
 * @file A whole answer in a few numbers an item, so that a page can lay it out and fetch the hits of any part of it.
 */
import { z } from 'zod';
import { itemId, searchRequest } from './query.ts';

/** Names an answer for as long as the library remembers it. */
export const snapshotId = searchRequest.shape.snapshot.unwrap();

export const outlineRequest = searchRequest.pick({ query: true, order: true, group: true, snapshot: true });

export const outline = z.object({
  /** Not the one that was asked for where that is forgotten: the answer was made anew. */
  snapshot: z.string(),
  /** Width per height of each item in hundredths, in the order of the answer. See `aspectOf`. */
  aspects: z.array(z.int()),
  /** How many of the first items lie above the cut line. */
  cut: z.int(),
  /** By date: where each month begins, `YYYY-MM`. Newest first, and again newest first below the cut line. */
  months: z.array(z.object({ month: z.string(), first: z.int() })),
});
export type Outline = z.infer<typeof outline>;

/** Places of an answer, from the first up to but without the second. */
export const placeRange = z.tuple([z.int().min(0), z.int().min(0)]);

export const pickRequest = z.object({ snapshot: snapshotId, ranges: z.array(placeRange).max(10_000) });
/** What is there of the items at these places, in the order of the answer. */
export const picked = z.object({ ids: z.array(itemId), paths: z.array(z.string()) });

/** Width per height in hundredths, at least 1; 100 where the size is not known. */
export function aspectOf(width: number, height: number): number {
  if (!(width > 0 && height > 0)) return 100;
  return Math.min(10_000, Math.max(1, Math.round((100 * width) / height)));
}
