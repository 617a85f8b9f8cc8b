/** @file The parts of a picture that deserve a look of their own. */
import type { Raster, SizedRequest } from '../../pixels/raster.ts';
import { crop, placementOf } from '../../pixels/resample.ts';
import { area, type Box, overlap } from './boxes.ts';
import type { PictureSize } from './faces.ts';

/** Crops are cut from this; up to its size it is the picture itself. */
export const cropRaster = { fit: 'inside', width: 1280, height: 1280, filter: 'bilinear' } as const satisfies SizedRequest;

const maxCrops = 4;
/** Shares of the picture. */
const smallest = 0.02;
const largest = 0.7;
/** Of the smaller of two boxes; more than this and they show the same. */
const mostShared = 0.5;
const margin = 0.08;

/** Up to four distinct boxes of a fitting size. Takes boxes best first. */
export function cropBoxes<T extends Box>(boxes: readonly T[], { width, height }: PictureSize): T[] {
  const chosen: T[] = [];
  for (const box of boxes) {
    const share = area(box) / (width * height);
    if (share <= smallest || share >= largest) continue;
    if (chosen.some((other) => overlap(box, other) > mostShared * Math.min(area(box), area(other)))) continue;
    chosen.push(box);
    if (chosen.length === maxCrops) break;
  }
  return chosen;
}

/** The box with a margin, cut from the `cropRaster` of a picture of this size. */
export function cut(raster: Raster, box: Box, size: PictureSize): Raster {
  const { scale } = placementOf(size.width, size.height, cropRaster);
  const rim = margin * Math.max(box.right - box.left, box.bottom - box.top);
  const left = Math.trunc(Math.max(0, box.left - rim) * scale);
  const top = Math.trunc(Math.max(0, box.top - rim) * scale);
  const right = Math.trunc(Math.min(raster.width, (box.right + rim) * scale));
  const bottom = Math.trunc(Math.min(raster.height, (box.bottom + rim) * scale));
  return crop(raster, left, top, Math.max(right, left + 1), Math.max(bottom, top + 1));
}
