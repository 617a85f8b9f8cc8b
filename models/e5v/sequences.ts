/**
 * @file What goes into the language model: rows of the embedding table for tokens, rows of the vision tower's features where the picture
 * stands. Reference: transformers/models/llava_next/modeling_llava_next.py (`_merge_input_ids_with_image_features`, `pack_image_features`).
 */
import { AppError } from '../../core/api/errors.ts';

export type EmbedRows = (ids: ArrayLike<number>) => Promise<Float32Array>;

/** A picture as rows: `order[i]` is a row of `features`, or -1 for the learned end of a line. */
export type PackedPicture = { readonly features: Float32Array; readonly order: Int32Array; readonly newline: Float32Array };

/** Where the picture stands among the ids. Fails with bad-request when the prompt has no place for a picture, or several. */
export function placeOfPicture(ids: readonly number[], imageToken: number): number {
  const places = ids.flatMap((id, at) => (id === imageToken ? [at] : []));
  const [only] = places;
  if (places.length === 1 && only !== undefined) return only;
  throw new AppError(
    'bad-request',
    `The prompt has ${places.length} places for a picture ("<image>"); with one picture it needs exactly one.`,
  );
}

/** `[ids.length - 1 + order.length, hidden]`: the picture's rows take the place of its token. */
export async function embedsOf(
  ids: readonly number[],
  picture: PackedPicture & { readonly at: number },
  embed: EmbedRows,
  hidden: number,
): Promise<Float32Array> {
  const { at, order, features, newline } = picture;
  const rows = await embed([...ids.slice(0, at), ...ids.slice(at + 1)]);
  const embeds = new Float32Array((ids.length - 1 + order.length) * hidden);
  embeds.set(rows.subarray(0, at * hidden));
  order.forEach((row, i) => {
    embeds.set(row < 0 ? newline : features.subarray(row * hidden, (row + 1) * hidden), (at + i) * hidden);
  });
  embeds.set(rows.subarray(at * hidden), (at + order.length) * hidden);
  return embeds;
}
