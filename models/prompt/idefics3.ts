/**
 * @file Idefics3's way with pictures: tiles row by row and the whole squashed into a last one. Every tile has a mark of its own in the prompt,
 * which is written out before it is tokenised.
 * Reference: transformers/models/idefics3/processing_idefics3.py and image_processing_pil_idefics3.py, version 5.23.0.
 */
import { AppError } from '../../core/api/errors.ts';
import type { PictureInput } from '../../core/indexing/embedder.ts';
import type { Size } from '../../pixels/canvas.ts';
import type { Raster, SplitRequest } from '../../pixels/raster.ts';
import { crop, render } from '../../pixels/resample.ts';
import { splitLayout } from '../../pixels/split.ts';
import { pixelValues } from './anyres.ts';
import type { PictureReading, View } from './reading.ts';
import type { SplitConfig } from './split-config.ts';
import type { Prompt, PromptTokenizer } from './tokenizer.ts';

const mark = '<image>';
const around = '<fake_token_around_image>';

/** What of the model matters here: places of a tile in the sequence, and the id of each. */
type Places = { readonly rowsPerTile: number; readonly imageToken: number };

/** Fails with model-invalid where the tokenizer marks places by another id than the model. */
export function idefics3Reading(
  cfg: SplitConfig,
  view: View,
  { rowsPerTile, imageToken }: Places,
  tokenizer: PromptTokenizer,
): PictureReading {
  const request = requestFor(cfg, view);
  if (tokenizer.id(mark) !== imageToken)
    throw new AppError(
      'model-invalid',
      `"${mark}" is token ${tokenizer.id(mark)} of tokenizer.json; config.json has image_token_id ${imageToken}.`,
    );
  return {
    rasters: [request],
    tiles(picture) {
      const tiles = tilesOf(picture, request);
      return { pixels: pixelValues(tiles, cfg), count: tiles.length };
    },
    // The features of the tiles stand in their own order.
    rows(size) {
      const { columns, rows } = gridOf(size, request);
      return Int32Array.from({ length: (columns * rows + 1) * rowsPerTile }, (_, place) => place);
    },
    encode(prompt, { picture, maxTokens } = {}) {
      const places = prompt.reduce((sum, piece) => sum + ('template' in piece ? piece.template.split(mark).length - 1 : 0), 0);
      if (places !== (picture ? 1 : 0)) throw misplaced(places, picture !== undefined);
      const written = picture ? withPicture(prompt, gridOf(picture, request), rowsPerTile) : prompt;
      return tokenizer.encode(written, { maxTokens });
    },
  };
}

/** Transparency is always composited on white here. */
function requestFor({ side, longest, splits, filter }: SplitConfig, { tiles }: View): SplitRequest {
  const all = splits && tiles === 'anyres';
  return { fit: 'split', longest, side, tiles: all ? 'all' : 'one', filter, decoding: 'reference', alpha: 'white' };
}

type Grid = { readonly columns: number; readonly rows: number };

/** How many tiles there are before the last; a picture of a single tile has that alone. */
function gridOf(size: Size, request: SplitRequest): Grid {
  const { raster } = splitLayout(size, request);
  const [columns, rows] = [raster.width / request.side, raster.height / request.side];
  return columns * rows === 1 ? { columns: 0, rows: 0 } : { columns, rows };
}

/** Fails with bad-request where the raster is not that of the request. */
function tilesOf(picture: PictureInput, request: SplitRequest): Raster[] {
  const { side, filter } = request;
  const { width, height } = splitLayout(picture, request).raster;
  const [stretched, ...more] = picture.rasters;
  if (stretched?.width !== width || stretched.height !== height || more.length > 0) {
    const sizes = picture.rasters.map((raster) => `${raster.width} x ${raster.height}`).join(', ') || 'none';
    throw new AppError('bad-request', `The engine takes a raster of ${width} x ${height}, as it asked for, but got: ${sizes}.`);
  }
  if (width === side && height === side) return [stretched];
  const tiles: Raster[] = [];
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) tiles.push(crop(stretched, left, top, left + side, top + side));
  }
  return [...tiles, render(stretched, { fit: 'squash', width: side, height: side, filter })];
}

/** With `<image>` written out, once for every place of a tile. */
function withPicture(prompt: Prompt, { columns, rows }: Grid, rowsPerTile: number): Prompt {
  const places = mark.repeat(rowsPerTile);
  let written = '';
  for (let row = 1; row <= rows; row++) {
    for (let column = 1; column <= columns; column++) written += `${around}<row_${row}_col_${column}>${places}`;
    written += '\n';
  }
  if (rows > 0) written += '\n';
  written += `${around}<global-img>${places}${around}`;
  return prompt.map((piece) => ('template' in piece ? { template: piece.template.replace(mark, () => written) } : piece));
}

function misplaced(places: number, picture: boolean): AppError {
  const needed = picture ? 'with one picture it needs exactly one' : 'there is no picture. Give one with --image';
  return new AppError('bad-request', `The prompt has ${places} places for a picture ("${mark}"); ${needed}.`);
}
