/**
 * @file A picture as tiles for the vision tower: the whole, squashed into one tile, and a canvas of tiles that keeps its proportions.
 * Reference: transformers' image_processing_llava_next.py, versions 4.41.2 (which E5-V pins) and 5.23.0.
 */
import { AppError } from '../../core/api/errors.ts';
import type { PictureInput } from '../../core/indexing/embedder.ts';
import { layoutOn } from '../../pixels/canvas.ts';
import type { CanvasRequest, Raster, RasterRequest, SizedRequest } from '../../pixels/raster.ts';
import { crop, render } from '../../pixels/resample.ts';
import type { AnyresConfig } from './anyres-config.ts';
import type { View } from './reading.ts';

export { type AnyresConfig, parseAnyres } from './anyres-config.ts';
export { packing } from './packing.ts';

/** The squashed tile, and with `anyres` the canvas. */
export function rastersFor(cfg: AnyresConfig, view: View): RasterRequest[] {
  const base = baseRequest(cfg, view);
  return view.tiles === 'base' ? [base] : [base, canvasRequest(cfg, view)];
}

function baseRequest({ side, filter }: AnyresConfig, { compat }: View): SizedRequest {
  return { fit: 'squash', width: side, height: side, filter, decoding: 'reference', alpha: compat === '5' ? 'white' : 'drop' };
}

function canvasRequest({ canvases, filter }: AnyresConfig, { compat }: View): CanvasRequest {
  const alpha = compat === '5' ? 'white' : 'drop';
  return { fit: 'canvas', canvases, odd: compat === '5' ? 'after' : 'short', filter, decoding: 'reference', alpha };
}

/** The squashed tile first, then those of the canvas, row by row. Fails with bad-request where the rasters are not those of `rastersFor`. */
export function tilesOf(picture: PictureInput, cfg: AnyresConfig, view: View): { tiles: Raster[] } {
  const [base, canvas, ...more] = picture.rasters;
  const { side } = cfg;
  const fits = (raster: Raster | undefined, width: number, height: number): raster is Raster =>
    raster?.width === width && raster.height === height && raster.data.length === width * height * 3;
  if (fits(base, side, side) && view.tiles === 'base' && !canvas) return { tiles: [base] };
  const { raster } = layoutOn(picture, canvasRequest(cfg, view));
  if (fits(base, side, side) && fits(canvas, raster.width, raster.height) && view.tiles === 'anyres' && more.length === 0) {
    return { tiles: [base, ...cut(canvas, cfg)] };
  }
  const sizes = picture.rasters.map(({ width, height }) => `${width} x ${height}`).join(', ') || 'none';
  throw new AppError('bad-request', `The engine takes the rasters that it asks for, but got: ${sizes}.`);
}

function cut(canvas: Raster, { side, filter }: AnyresConfig): Raster[] {
  const tiles: Raster[] = [];
  for (let top = 0; top < canvas.height; top += side) {
    for (let left = 0; left < canvas.width; left += side) {
      const tile = crop(canvas, left, top, Math.min(left + side, canvas.width), Math.min(top + side, canvas.height));
      tiles.push(filledUp(tile, side, filter));
    }
  }
  return tiles;
}

/** A tile that is a pixel short is enlarged until its shorter side fits, and the middle is taken. */
function filledUp(tile: Raster, side: number, filter: AnyresConfig['filter']): Raster {
  const shorter = Math.min(tile.width, tile.height);
  if (shorter === side) return tile;
  const width = Math.trunc((side * tile.width) / shorter);
  const height = Math.trunc((side * tile.height) / shorter);
  const enlarged = render(tile, { fit: 'squash', width, height, filter });
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  return crop(enlarged, left, top, left + side, top + side);
}

/** `[tiles, 3, side, side]`, normalised. */
export function pixelValues(tiles: readonly Raster[], { side, values }: Pick<AnyresConfig, 'side' | 'values'>): Float32Array {
  const plane = side * side;
  const pixels = new Float32Array(tiles.length * 3 * plane);
  tiles.forEach(({ data }, n) => {
    for (let channel = 0; channel < 3; channel++) {
      const start = (n * 3 + channel) * plane;
      const table = values.subarray(channel * 256, (channel + 1) * 256);
      for (let i = 0, from = channel; i < plane; i++, from += 3) pixels[start + i] = table[data[from] ?? 0] ?? 0;
    }
  });
  return pixels;
}
