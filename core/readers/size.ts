/**
 * @file Sizes: the pixel cap, and how large a picture must be decoded for what is wanted of it.
 */
import type { RasterRequest } from '../../pixels/raster.ts';
import { AppError } from '../api/errors.ts';
import { quote } from './file-bytes.ts';

export type Size = { readonly width: number; readonly height: number };

/** Pixels that are wanted at least, in both directions. */
export type Wanted = Size;

export function checkPixels(path: string, { width, height }: Size, megapixels: number): void {
  if (width * height <= megapixels * 1e6) return;
  const has = `${width} x ${height} pixels (${Math.round((width * height) / 1e6)} megapixels)`;
  throw new AppError('too-large', `${quote(path)} has ${has}; the limit is ${megapixels} megapixels.`);
}

/**
 * [Note: decoding at a reduced size] A picture that is to be resampled to 260 pixels looks nearly the same from 520 pixels as from
 * 3000 (the vectors of noisy test pictures have a cosine of 0.997 to 0.9995), and a 12-megapixel JPEG is decoded at 520 in a third
 * of the time. So a picture with at least `threshold` times the pixels wanted, in both directions, is decoded at exactly the wanted
 * size: JPEG and WebP shrink while they load, others are reduced line by line, so the whole never lies in memory. Anything smaller
 * is decoded as it is, and small pictures give the very pixels of the reference implementation. From 1.5 on, resampling fewer
 * pixels saves more time than the reduction costs (1.3 megapixels: 26 ms instead of 30).
 */
const threshold = 1.5;

/** What a raster asks of the decoder: twice its own pixels, so that the exact resampling has something to work on. */
export function wantedFor(size: Size, request: RasterRequest): Wanted {
  if (request.fit === 'squash') return { width: 2 * request.width, height: 2 * request.height };
  const scale = Math.min(request.fit === 'inside' ? 1 : Number.POSITIVE_INFINITY, request.width / size.width, request.height / size.height);
  return { width: 2 * scale * size.width, height: 2 * scale * size.height };
}

/** The size to decode at. A drawing (`scalable`) has no pixels of its own and is always drawn at what is wanted. */
export function decodingSize(size: Size, wanted: readonly Wanted[], { scalable = false } = {}): Size {
  const times = Math.min(...wanted.map(({ width, height }) => Math.min(size.width / width, size.height / height)));
  if (!Number.isFinite(times)) return size; // nothing is wanted
  return scalable || times >= threshold ? scaled(size, 1 / times) : size;
}

/** The size that fits into side x side; only drawings grow. */
export function fitted(size: Size, side: number, { scalable = false } = {}): Size {
  const scale = side / Math.max(size.width, size.height);
  return scaled(size, scalable ? scale : Math.min(1, scale));
}

export function scaled({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
