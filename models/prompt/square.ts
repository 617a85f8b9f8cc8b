/**
 * @file Pictures as dual encoders see them: one square, either the middle of the picture (CLIP) or all of it, squashed (SigLIP).
 * Reference: transformers' image_processing_clip.py and image_processing_siglip.py, versions 4.41.2 and 5.23.0.
 */
import { AppError } from '../../core/api/errors.ts';
import type { PictureInput } from '../../core/indexing/embedder.ts';
import type { Decoding, Raster, RasterRequest } from '../../pixels/raster.ts';
import type { Json } from '../checkpoint/json.ts';
import { pixelValues } from './anyres.ts';
import type { Compat } from './reading.ts';
import { parseSquare, type SquareConfig, type SquareFamily } from './square-config.ts';

export type SquareReading = {
  /** What the readers make of a picture: one square. */
  readonly rasters: readonly RasterRequest[];
  /** `[n, 3, side, side]`, normalised. Fails with bad-request where the rasters are not those of `rasters`. */
  pixels(pictures: readonly PictureInput[]): Float32Array;
};

/** `quick` would save most of the time of decoding a photo, and moves the pixels by a few levels. */
const decoding: NonNullable<Decoding['decoding']> = 'reference';

type Options = { readonly family: SquareFamily; readonly compat: Compat };

/** `side`: what the vision tower takes, in pixels. Fails with model-invalid where preprocessor_config.json asks for what is not supported. */
export function squareReading(preprocessor: Json | undefined, side: number, { family, compat }: Options): SquareReading {
  const config = parseSquare(preprocessor, side, family);
  return {
    rasters: [request(config, alphaOf(family, compat))],
    pixels: (pictures) =>
      pixelValues(
        pictures.map((picture) => squareOf(picture, side)),
        config,
      ),
  };
}

/** SigLIP of 4.41 takes no transparent pictures at all, so they are read as 5 reads them. */
function alphaOf(family: SquareFamily, compat: Compat): NonNullable<Decoding['alpha']> {
  return family === 'siglip' || compat === '5' ? 'white' : 'drop';
}

function request({ side, shorter, filter }: SquareConfig, alpha: NonNullable<Decoding['alpha']>): RasterRequest {
  const square = { width: side, height: side, filter, decoding, alpha };
  return shorter === undefined ? { fit: 'squash', ...square } : { fit: 'cover', shorter, ...square };
}

function squareOf({ rasters }: PictureInput, side: number): Raster {
  const [raster] = rasters;
  if (raster && rasters.length === 1 && raster.width === side && raster.height === side && raster.data.length === side * side * 3)
    return raster;
  const sizes = rasters.map(({ width, height }) => `${width} x ${height}`).join(', ') || 'none';
  throw new AppError('bad-request', `The engine takes one raster of ${side} x ${side} pixels, but got: ${sizes}.`);
}
