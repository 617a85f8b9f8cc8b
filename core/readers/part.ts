/** @file A part of a picture as if it were the whole: what somebody drew a frame around to search with. */
import type { Raster } from '../../pixels/raster.ts';
import { crop } from '../../pixels/resample.ts';
import type { Crop } from '../api/query.ts';
import type { Opened } from './photo.ts';
import type { Size } from './size.ts';

export function partOf(opened: Opened, part: Crop): Opened {
  const { size, decode, reference } = opened;
  const own = frameIn(size, part);
  return {
    ...opened,
    size: { width: own.right - own.left, height: own.bottom - own.top },
    async decode(at) {
      const scale = { x: at.width / (own.right - own.left), y: at.height / (own.bottom - own.top) };
      const whole = { width: Math.max(1, Math.round(size.width * scale.x)), height: Math.max(1, Math.round(size.height * scale.y)) };
      return cut(await decode(whole), part);
    },
    ...(reference && { reference: async (alpha) => cut(await reference(alpha), part) }),
  };
}

function cut(raster: Raster, part: Crop): Raster {
  const { left, top, right, bottom } = frameIn(raster, part);
  return crop(raster, left, top, right, bottom);
}

/** Whole pixels, at least one. */
function frameIn({ width, height }: Size, part: Crop): { left: number; top: number; right: number; bottom: number } {
  const left = Math.min(width - 1, Math.round(part.x * width));
  const top = Math.min(height - 1, Math.round(part.y * height));
  return {
    ...{ left, top },
    right: Math.min(width, Math.max(left + 1, Math.round((part.x + part.width) * width))),
    bottom: Math.min(height, Math.max(top + 1, Math.round((part.y + part.height) * height))),
  };
}
