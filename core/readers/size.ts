/**
 * @file Sizes: the pixel cap, and how large a picture must be decoded for what is wanted of it.
 */
import { layoutOn } from '../../pixels/canvas.ts';
import { layoutCover } from '../../pixels/cover.ts';
import { layoutHd } from '../../pixels/hd.ts';
import type { RasterRequest } from '../../pixels/raster.ts';
import { splitLayout } from '../../pixels/split.ts';
import { AppError } from '../api/errors.ts';
import { quote } from './file-bytes.ts';

export type Size = { readonly width: number; readonly height: number };

/** Pixels that are wanted in the end, in both directions. */
export type Wanted = Size;

export function checkPixels(path: string, { width, height }: Size, megapixels: number): void {
  if (width * height <= megapixels * 1e6) return;
  const has = `${width} x ${height} pixels (${Math.round((width * height) / 1e6)} megapixels)`;
  throw new AppError('too-large', `${quote(path)} has ${has}; the limit is ${megapixels} megapixels.`);
}

/**
 * [Note: decoding at a reduced size] A picture that is to be resampled to 260 pixels looks the same from 400 pixels as from 3000, and a
 * 12-megapixel JPEG is decoded for 400 in half the time. So a picture with at least three times the pixels wanted, in both directions,
 * is decoded at twice the pixels wanted: others than JPEG and WebP are reduced line by line, so the whole never lies in memory.
 * JPEG shrinks by 2, 4 and 8 while it loads, which libvips' sharp uses when a picture is to be 3, 5 and 9 times smaller: the strongest of
 * these that leaves `least` times the pixels wanted is taken instead. Anything smaller is decoded as it is, and small pictures give
 * the very pixels of the reference implementation. Mean cosine of the embedded engine's vectors with those of the full picture, 60
 * noisy JPEGs: 1280 x 960 at 3 times 0.998, 4000 x 3000 at 9 times 0.997 (twice the pixels wanted: 0.999 both).
 */
const threshold = 3;
const twice = 2;
const least = 1.2;

export function wantedFor(size: Size, request: RasterRequest): Wanted {
  if (request.fit === 'canvas') return layoutOn(size, request).picture;
  if (request.fit === 'hd') return layoutHd(size, request).picture;
  if (request.fit === 'split') return splitLayout(size, request).scaled;
  if (request.fit === 'cover') return layoutCover(size, request).picture;
  if (request.fit === 'squash') return { width: request.width, height: request.height };
  const scale = Math.min(1, request.width / size.width, request.height / size.height);
  return { width: scale * size.width, height: scale * size.height };
}

export type Decoder = {
  /** Drawn, not photographed: it has no pixels of its own and is always drawn at what is wanted. */
  readonly scalable?: boolean;
  /** How many times smaller a picture must become for the decoder to save work by it, ascending. */
  readonly shrinks?: readonly number[];
};

/** The size to decode at. */
export function decodingSize(size: Size, wanted: readonly Wanted[], { scalable = false, shrinks = [] }: Decoder = {}): Size {
  const times = Math.min(...wanted.map(({ width, height }) => Math.min(size.width / width, size.height / height)));
  if (!Number.isFinite(times)) return size; // nothing is wanted
  if (scalable) return scaled(size, twice / times);
  if (times < threshold) return size;
  const cheapest = shrinks.findLast((shrink) => shrink * least <= times) ?? 1;
  const divisor = Math.max(times / twice, cheapest);
  // Rounded up, the picture would become a little less than 3 times smaller, and libjpeg would shrink nothing.
  return { width: Math.floor(size.width / divisor), height: Math.floor(size.height / divisor) };
}

/** The size that fits into side x side; only drawings grow. */
export function fitted(size: Size, side: number, { scalable = false } = {}): Size {
  const scale = side / Math.max(size.width, size.height);
  return scaled(size, scalable ? scale : Math.min(1, scale));
}

export function scaled({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
