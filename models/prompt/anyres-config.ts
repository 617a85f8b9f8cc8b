/**
 * @file How a checkpoint wants its pictures, from preprocessor_config.json and config.json, missing fields as LLaVA-NeXT's classes have them.
 * Reference: transformers' image_processing_llava_next.py and configuration_llava_next.py.
 */
import { z } from 'zod';
import type { Size } from '../../pixels/canvas.ts';
import type { ResampleFilter } from '../../pixels/raster.ts';
import type { Json } from '../checkpoint/json.ts';
import { clipDeviation, clipMean, filterOf, invalid, parsed, pixels, valueFields, valueTable } from './preprocessor.ts';

export type AnyresConfig = {
  /** Width and height of a tile in pixels. */
  readonly side: number;
  /** The vision tower makes `patches` x `patches` features of a tile. */
  readonly patches: number;
  /** Possible canvases of tiles in pixels, in the checkpoint's order. */
  readonly canvases: readonly Size[];
  readonly filter: ResampleFilter;
  /** What becomes of a value of 0 to 255: `values[channel * 256 + value]`. */
  readonly values: Float32Array;
};

const defaultPinpoints = [
  [336, 672],
  [672, 336],
  [672, 672],
  [1008, 336],
  [336, 1008],
];

const shapes = [
  pixels,
  z.object({ shortest_edge: pixels }).transform((size) => size.shortest_edge),
  z
    .object({ height: pixels, width: pixels })
    .refine(({ height, width }) => height === width)
    .transform((size) => size.height),
] as const;
const square = z.union(shapes, 'must be a number, { shortest_edge }, or { height, width } of a square').default(336);
/** (height, width), as the checkpoints have it. */
const pinpoints = z
  .array(z.tuple([pixels, pixels]))
  .min(1)
  .max(256);

const preprocessorFile = z.looseObject({
  size: square,
  crop_size: square,
  image_grid_pinpoints: pinpoints.optional(),
  ...valueFields({ resample: 3, mean: clipMean, deviation: clipDeviation }),
});
const configFile = z.looseObject({
  image_grid_pinpoints: pinpoints.nullish(),
  vision_config: z
    .looseObject({ image_size: pixels.default(336), patch_size: pixels.default(14) })
    .default({ image_size: 336, patch_size: 14 }),
});

/** Fails with model-invalid, naming the field. */
export function parseAnyres(preprocessor: Json | undefined, config: Json): AnyresConfig {
  const stated = parsed(preprocessorFile, preprocessor ?? {}, 'preprocessor_config.json');
  const model = parsed(configFile, config, 'config.json');
  const { image_size: side, patch_size: patch } = model.vision_config;

  if (stated.size !== side || stated.crop_size !== side) {
    throw invalid(
      `preprocessor_config.json makes tiles of ${stated.size} pixels cropped to ${stated.crop_size}, but the vision tower takes ${side}.`,
    );
  }
  if (side % patch !== 0) throw invalid(`config.json: image_size ${side} is no multiple of patch_size ${patch}.`);
  const grid = stated.image_grid_pinpoints ?? model.image_grid_pinpoints ?? defaultPinpoints;
  if (model.image_grid_pinpoints && JSON.stringify(grid) !== JSON.stringify(model.image_grid_pinpoints)) {
    throw invalid('image_grid_pinpoints of preprocessor_config.json and config.json differ.');
  }
  const canvases = grid.map(([height = 0, width = 0]) => ({ width, height }));
  const uneven = canvases.find(({ width, height }) => width % side !== 0 || height % side !== 0);
  if (uneven) throw invalid(`image_grid_pinpoints: ${uneven.height} x ${uneven.width} is no multiple of the tile's ${side} pixels.`);
  return { side, patches: side / patch, canvases, filter: filterOf(stated.resample), values: valueTable(stated) };
}
