/**
 * @file A picture as crops for the vision tower, and as a small view of the whole. The reader makes the picture that is cut (pixels/hd.ts).
 * Reference: `Phi3VImageProcessor.preprocess` of microsoft/Phi-3-vision-128k-instruct, and torch's `interpolate(mode='bicubic')`.
 */
import { AppError } from '../../core/api/errors.ts';
import type { PictureInput } from '../../core/indexing/embedder.ts';
import type { Size } from '../../pixels/canvas.ts';
import { layoutHd } from '../../pixels/hd.ts';
import type { HdRequest, Raster } from '../../pixels/raster.ts';
import type { HdConfig } from './hd-config.ts';
import type { TilePixels, Tiles } from './reading.ts';

export function hdRequest({ side, crops }: HdConfig): HdRequest {
  return { fit: 'hd', side, crops, filter: 'bilinear', decoding: 'reference', alpha: 'drop' };
}

/** Crops of a picture of this size, beside the view of the whole. */
export function gridOf(size: Size, cfg: HdConfig): { readonly columns: number; readonly rows: number } {
  const { raster } = layoutHd(size, cfg);
  return { columns: raster.width / cfg.side, rows: raster.height / cfg.side };
}

/** The whole, then with `anyres` the crops row by row. Fails with bad-request where the raster is not that of `hdRequest`. */
export function hdTiles(picture: PictureInput, cfg: HdConfig, tiles: Tiles): TilePixels {
  const [raster, ...more] = picture.rasters;
  const { width, height } = layoutHd(picture, cfg).raster;
  if (raster?.width !== width || raster.height !== height || raster.data.length !== width * height * 3 || more.length > 0) {
    const sizes = picture.rasters.map((one) => `${one.width} x ${one.height}`).join(', ') || 'none';
    throw new AppError('bad-request', `The engine takes the raster that it asks for, of ${width} x ${height}, but got: ${sizes}.`);
  }
  const { side } = cfg;
  const { columns, rows } = gridOf(picture, cfg);
  const crops = tiles === 'base' ? 0 : columns * rows;
  const tile = 3 * side * side;
  const pixels = new Float32Array((1 + crops) * tile);
  viewWhole(raster, cfg, pixels.subarray(0, tile));
  for (let crop = 0; crop < crops; crop++) {
    const [left, top] = [(crop % columns) * side, Math.floor(crop / columns) * side];
    cut(raster, left, top, cfg, pixels.subarray((1 + crop) * tile, (2 + crop) * tile));
  }
  return { pixels, count: 1 + crops };
}

/** target [3, side, side] */
function cut({ width, data }: Raster, left: number, top: number, { side, values }: HdConfig, target: Float32Array): void {
  for (let channel = 0, to = 0; channel < 3; channel++) {
    for (let y = 0; y < side; y++) {
      let from = ((top + y) * width + left) * 3 + channel;
      for (let x = 0; x < side; x++, from += 3) target[to++] = values[channel * 256 + (data[from] ?? 0)] ?? 0;
    }
  }
}

/**
 * The padded picture as one tile: target [3, side, side]. The picture is a whole number of tiles wide and high, so the middle of an output pixel
 * falls on the middle of a pixel, which is then taken, or half-way between two, where four count. Unlike Pillow's, torch's filter is not widened
 * when a picture shrinks: most pixels count for nothing.
 */
function viewWhole(raster: Raster, { side, values }: HdConfig, target: Float32Array): void {
  const across = tapsOf(raster.width, side);
  const down = tapsOf(raster.height, side);
  for (let channel = 0, to = 0; channel < 3; channel++) {
    const table = values.subarray(channel * 256, (channel + 1) * 256);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        let sum = 0;
        for (const [line, weight] of down.weights.entries()) {
          const row = (down.places[y * down.weights.length + line] ?? 0) * raster.width;
          let lineSum = 0;
          for (const [tap, share] of across.weights.entries()) {
            const at = row + (across.places[x * across.weights.length + tap] ?? 0);
            lineSum += share * (table[raster.data[at * 3 + channel] ?? 0] ?? 0);
          }
          sum += weight * lineSum;
        }
        target[to++] = sum;
      }
    }
  }
}

type Taps = {
  /** Those of output pixel `i` from `i * weights.length` on. */
  readonly places: Int32Array;
  readonly weights: readonly number[];
};

/** Half-way: Keys' cubic with a = -0.75, at distances of 1.5 and 0.5. Pixels beyond the edge are those at the edge. */
const halfWay = [-0.09375, 0.59375, 0.59375, -0.09375] as const;

function tapsOf(length: number, side: number): Taps {
  const times = length / side;
  const weights = times % 2 === 1 ? [1] : halfWay;
  const reach = weights.length >> 1;
  const places = Int32Array.from({ length: side * weights.length }, (_, i) => {
    const middle = Math.floor(i / weights.length) * times + (times >> 1);
    return Math.min(length - 1, Math.max(0, middle - reach + (i % weights.length)));
  });
  return { places, weights };
}
