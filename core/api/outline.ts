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
  /** Width per height of each item in the order of the answer, see `aspectOf`: 16 bits each, packed by `packAspects`. */
  aspects: z.base64(),
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

/** As text, since a list of a hundred thousand numbers takes both sides longer to write and to read than all the rest of an answer. */
export function packAspects(aspects: ArrayLike<number>): string {
  const bytes = new Uint8Array(2 * aspects.length);
  for (let at = 0; at < aspects.length; at++) {
    const aspect = aspects[at] as number;
    bytes[2 * at] = aspect & 0xff;
    bytes[2 * at + 1] = aspect >> 8;
  }
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export function unpackAspects(packed: string): Uint16Array {
  const text = atob(packed);
  const aspects = new Uint16Array(text.length / 2);
  for (let at = 0; at < aspects.length; at++) aspects[at] = text.charCodeAt(2 * at) | (text.charCodeAt(2 * at + 1) << 8);
  return aspects;
}
