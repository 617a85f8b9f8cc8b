/**
 * @file LLaVA-NeXT's way with pictures: a squashed tile and a canvas of tiles, laid out row by row with a learned end of line, in the place of
 * one `<image>`. Reference: transformers/models/llava_next/processing_llava_next.py and modeling_llava_next.py
 * (`_merge_input_ids_with_image_features`), versions 4.41.2 and 5.23.0.
 */
import { AppError } from '../../core/api/errors.ts';
import { type AnyresConfig, packing, pixelValues, rastersFor, tilesOf } from './anyres.ts';
import type { PictureReading, View } from './reading.ts';
import type { PromptTokenizer } from './tokenizer.ts';

export function llavaNextReading(anyres: AnyresConfig, view: View, imageToken: number, tokenizer: PromptTokenizer): PictureReading {
  return {
    rasters: rastersFor(anyres, view),
    tiles(picture) {
      const { tiles } = tilesOf(picture, anyres, view);
      return { pixels: pixelValues(tiles, anyres), count: tiles.length };
    },
    rows: (size) => packing(size, anyres, view),
    encode(prompt, { picture, maxTokens = Number.POSITIVE_INFINITY } = {}) {
      const places = picture ? packing(picture, anyres, view).length : 1;
      const encoded = tokenizer.encode(prompt, { maxTokens: maxTokens - (places - 1) });
      if (!picture) return { ...encoded, ids: withoutPicture(encoded.ids, imageToken, view) };
      const at = placeOfPicture(encoded.ids, imageToken);
      const ids = [...encoded.ids.slice(0, at), ...new Array<number>(places).fill(imageToken), ...encoded.ids.slice(at + 1)];
      return { ...encoded, ids };
    },
  };
}

function placeOfPicture(ids: readonly number[], imageToken: number): number {
  const places = ids.flatMap((id, at) => (id === imageToken ? [at] : []));
  const [only] = places;
  if (places.length === 1 && only !== undefined) return only;
  throw new AppError(
    'bad-request',
    `The prompt has ${places.length} places for a picture ("<image>"); with one picture it needs exactly one.`,
  );
}

/**
 * A prompt that names a picture and has none: transformers 4.41 reads the first token of the vocabulary there, 5 refuses.
 * The place for a picture may lie past the end of the embedding table.
 */
function withoutPicture(ids: number[], imageToken: number, { compat }: View): number[] {
  if (compat === '5' && ids.includes(imageToken)) {
    throw new AppError('bad-request', 'The prompt has a place for a picture ("<image>"), but there is no picture. Give one with --image.');
  }
  return ids.map((id) => (id === imageToken ? 0 : id));
}
