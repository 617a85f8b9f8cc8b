/**
 * @file Stars, collections and saved searches, as pages see them. Schemas are values, types derive from them.
 */
import { z } from 'zod';
import { itemId, pictureRef } from './query.ts';

/** Of a collection or a saved search. Upper and lower case do not tell two names apart. */
export const keepsakeName = z.string().trim().min(1).max(200);

export const itemIds = z.array(itemId).min(1).max(100_000);

export const collection = z.object({
  id: z.int(),
  name: keepsakeName,
  /** Items that are there now; what is on a drive that was removed from the library is kept and not counted. */
  items: z.int(),
  /** The one that was added last: id and version for /thumb. */
  cover: z.object({ id: itemId, version: z.string(), colour: z.string() }).nullable(),
});
export type Collection = z.infer<typeof collection>;

export const savedSearch = z.object({
  id: z.int(),
  name: keepsakeName,
  /** What stands behind `?` in the page's address. A picture in it (`like=upload:<id>`) is kept as long as the search. */
  place: z.string().max(8000),
});
export type SavedSearch = z.infer<typeof savedSearch>;

/** The id of the picture from outside of the library that such a place searches with. */
export function uploadOf(place: string): string | undefined {
  const [kind, id] = new URLSearchParams(place).get('like')?.split(':') ?? [];
  const picture = pictureRef.safeParse({ kind, id });
  return picture.success && picture.data.kind === 'upload' ? picture.data.id : undefined;
}
