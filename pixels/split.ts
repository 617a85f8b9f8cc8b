/**
 * @file Splitting: how large a picture becomes before it is cut into square tiles, in two steps (Idefics3, SmolVLM).
 * Reference: `get_resize_output_image_size` and `resize_for_vision_encoder` of transformers' image_processing_pil_idefics3.py.
 */
import type { Size } from './canvas.ts';
import type { SplitRequest } from './raster.ts';

/** All in pixels. */
export type SplitLayout = {
  /** The first step: the longer direction is `longest`, the other follows the aspect, made even. Small pictures grow. */
  readonly scaled: Size;
  /** The second, aspect not quite kept: whole tiles in both directions, or the one tile. */
  readonly raster: Size;
};

export function splitLayout(picture: Size, { longest, side, tiles }: Pick<SplitRequest, 'longest' | 'side' | 'tiles'>): SplitLayout {
  const scaled = scaledTo(picture, longest);
  return { scaled, raster: tiles === 'one' ? { width: side, height: side } : inTiles(scaled, side) };
}

function scaledTo({ width, height }: Size, longest: number): Size {
  const aspect = width / height;
  if (width >= height) return { width: longest, height: even(longest / aspect) };
  return { width: even(longest * aspect), height: longest };
}

/** The whole part, one more where that is odd, and at least 1. */
function even(length: number): number {
  const whole = Math.trunc(length);
  return Math.max(1, whole + (whole % 2));
}

function inTiles({ width, height }: Size, side: number): Size {
  const whole = (length: number): number => Math.ceil(length / side) * side;
  const aspect = width / height;
  if (width >= height) return { width: whole(width), height: whole(Math.trunc(whole(width) / aspect)) };
  return { width: whole(Math.trunc(whole(height) * aspect)), height: whole(height) };
}
