/** @file How a family of models takes pictures and prompts: as tiles for its tower, and as ids with places for the tiles' features. */
import type { PictureInput } from '../../core/indexing/embedder.ts';
import type { Size } from '../../pixels/canvas.ts';
import type { RasterRequest } from '../../pixels/raster.ts';
import type { Encoded, Prompt } from './tokenizer.ts';

/**
 * Whose arithmetic. transformers 4.41 and 5 differ in transparency, in odd margins, and in the packing. `padded`: as Phi-3-vision's own code
 * treats a batch, whose longest row chooses the rotary positions of all.
 */
export type Compat = '4.41' | '5' | 'padded';

/** What the model sees: all tiles, or only the whole picture squashed into one. */
export type Tiles = 'anyres' | 'base';

export type View = { readonly compat: Compat; readonly tiles: Tiles };

export type PictureReading = {
  /** What the readers make of a picture. */
  readonly rasters: readonly RasterRequest[];
  /** The tower's input. Fails with bad-request where the rasters are not those of `rasters`. */
  tiles(picture: PictureInput): TilePixels;
  /** For every place of a picture of this size in the sequence the row of the features [tiles * rowsPerTile]. */
  rows(size: Size): Int32Array;
  /**
   * The ids of a prompt; those of one with a picture have the model's `imageToken` as often as `rows` says, in its order. With `maxTokens` the
   * end of the user's text is cut off until all fits. Fails with bad-request where the prompt has no place for the picture, or several, or a
   * place and no picture where the reference refuses that.
   */
  encode(prompt: Prompt, options?: { readonly picture?: Size | undefined; readonly maxTokens?: number | undefined }): Encoded;
};

/** `[count, channels, side, side]`, normalised. */
export type TilePixels = { readonly pixels: Float32Array; readonly count: number };
