/**
 * @file What goes into the language model: rows of the embedding table for tokens, rows of the vision tower's features where the picture
 * stands. Reference: transformers/models/llava_next/modeling_llava_next.py (`_merge_input_ids_with_image_features`).
 */
import { AppError } from '../../core/api/errors.ts';

export type EmbedRows = (ids: ArrayLike<number>) => Promise<Float32Array>;

/** `order[i]` is the row of `features` that stands at the i-th place of the picture. */
export type PlacedPicture = { readonly features: Float32Array; readonly order: Int32Array };

/** How many ids there are up to the last place of the picture: what further edits of it share. */
export function sharedLength(ids: readonly number[], imageToken: number): number {
  return ids.lastIndexOf(imageToken) + 1;
}

/** `[ids.length, hidden]` */
export async function embedsOf(
  ids: readonly number[],
  picture: PlacedPicture & { readonly imageToken: number },
  embed: EmbedRows,
  hidden: number,
): Promise<Float32Array> {
  const { features, order, imageToken } = picture;
  const rows = await embed(ids.filter((id) => id !== imageToken));
  const embeds = new Float32Array(ids.length * hidden);
  let [token, place] = [0, 0];
  for (const [at, id] of ids.entries()) {
    const [from, row] = id === imageToken ? [features, order[place++] ?? Number.NaN] : [rows, token++];
    embeds.set(from.subarray(row * hidden, (row + 1) * hidden), at * hidden);
  }
  if (place !== order.length) throw new AppError('internal', `The prompt has ${place} places for a picture of ${order.length} rows.`);
  return embeds;
}
