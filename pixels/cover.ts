/**
 * @file Which part of a picture a square model sees: its shorter edge is resized, and the middle is taken (CLIP).
 * Reference: `get_resize_output_image_size` and `center_crop` of transformers' image_transforms.py.
 */
import type { Size } from './canvas.ts';
import type { Window } from './kernel.ts';
import type { CoverRequest } from './raster.ts';

/** All in pixels. */
export type CoverLayout = {
  /** The whole picture, resized. */
  readonly picture: Size;
  /** The part of it that is wanted. */
  readonly window: Window;
};

export function layoutCover({ width, height }: Size, request: Pick<CoverRequest, 'shorter' | 'width' | 'height'>): CoverLayout {
  const { shorter } = request;
  const longer = Math.trunc((shorter * Math.max(width, height)) / Math.min(width, height));
  const picture = width <= height ? { width: shorter, height: longer } : { width: longer, height: shorter };
  const left = Math.floor((picture.width - request.width) / 2);
  const top = Math.floor((picture.height - request.height) / 2);
  return { picture, window: { left, top, width: request.width, height: request.height } };
}
