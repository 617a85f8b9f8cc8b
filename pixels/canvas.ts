/**
 * @file Anyres: on which canvas of square tiles a picture goes, how large, and where (LLaVA-NeXT).
 * Reference: `select_best_resolution`, `_get_patch_output_size` and `_pad_for_patching` of transformers' image_processing_llava_next.py.
 */
import type { CanvasRequest } from './raster.ts';

export type Size = { readonly width: number; readonly height: number };

/** All in pixels. */
export type CanvasLayout = {
  /** The canvas that was chosen, of those that the request lists. */
  readonly canvas: Size;
  /** The raster: the canvas, or one pixel less in one direction, see `odd` of the request. */
  readonly raster: Size;
  /** The picture in the raster. */
  readonly picture: Size;
  readonly left: number;
  readonly top: number;
};

/** Where a picture of this size goes. */
export function layoutOn(picture: Size, { canvases, odd }: Pick<CanvasRequest, 'canvases' | 'odd'>): CanvasLayout {
  const canvas = bestCanvas(picture, canvases);
  const inside = scaledInto(picture, canvas);
  const left = (canvas.width - inside.width) >> 1;
  const top = (canvas.height - inside.height) >> 1;
  const short = { width: inside.width + 2 * left, height: inside.height + 2 * top };
  return { canvas, raster: odd === 'short' ? short : canvas, picture: inside, left, top };
}

/** The canvas that shows most of the picture's pixels; of these the one that wastes least; of these the first. */
export function bestCanvas(picture: Size, canvases: readonly Size[]): Size {
  let best: Size | undefined;
  let mostShown = 0;
  let leastWasted = Number.POSITIVE_INFINITY;
  for (const canvas of canvases) {
    const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
    const shown = Math.min(Math.trunc(picture.width * scale) * Math.trunc(picture.height * scale), picture.width * picture.height);
    const wasted = canvas.width * canvas.height - shown;
    if (shown > mostShown || (shown === mostShown && wasted < leastWasted)) {
      best = canvas;
      mostShown = shown;
      leastWasted = wasted;
    }
  }
  if (!best) throw new RangeError('a canvas request without canvases');
  return best;
}

/** The picture fills the canvas in one direction; the other is rounded up. */
function scaledInto(picture: Size, canvas: Size): Size {
  const across = canvas.width / picture.width;
  const down = canvas.height / picture.height;
  if (across < down) return { width: canvas.width, height: Math.min(Math.ceil(picture.height * across), canvas.height) };
  return { width: Math.min(Math.ceil(picture.width * down), canvas.width), height: canvas.height };
}
