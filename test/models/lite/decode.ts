/** @file Pictures for the engine's tests: decoded whole with sharp, rendered as the engine asks. */
import path from 'node:path';
import sharp from 'sharp';
import type { Embedder, PictureInput } from '../../../core/indexing/embedder.ts';
import type { Raster } from '../../../pixels/raster.ts';
import { render } from '../../../pixels/resample.ts';

export const samples = path.resolve(import.meta.dirname, '../../../samples');

/** Upright, transparency on white, RGB. */
export async function decode(file: string): Promise<Raster> {
  const { data, info } = await sharp(file)
    .rotate()
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

export function pictureFor(embedder: Embedder, raster: Raster, pass: 'fast' | 'thorough' = 'fast'): PictureInput {
  return { width: raster.width, height: raster.height, rasters: embedder.rasters(pass).map((request) => render(raster, request)) };
}
