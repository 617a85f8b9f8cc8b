/**
 * @file How Phi-3-vision wants its pictures, from preprocessor_config.json and config.json, missing fields as its classes have them.
 * Reference: image_processing_phi3_v.py and image_embedding_phi3_v.py of microsoft/Phi-3-vision-128k-instruct.
 */
import { z } from 'zod';
import type { Vlm } from '../arch/architecture.ts';
import type { Json } from '../checkpoint/json.ts';
import { clipDeviation, clipMean, invalid, parsed, valueFields, valueTable } from './preprocessor.ts';

export type HdConfig = {
  /** Width and height of a crop in pixels. */
  readonly side: number;
  /** A crop has `merged` x `merged` features, and after them two separators: between the parts of a picture, and at the end of a line. */
  readonly merged: number;
  /** At most so many crops of a picture. */
  readonly crops: number;
  /** The crops stand in the sequence before the view of the whole. */
  readonly cropsFirst: boolean;
  /** What becomes of a value of 0 to 255: `values[channel * 256 + value]`. */
  readonly values: Float32Array;
};

const { image_mean, image_std } = valueFields({ resample: 2, mean: clipMean, deviation: clipDeviation });
const preprocessorFile = z.looseObject({
  num_crops: z.int().min(1).max(256).default(1),
  num_img_tokens: z.int().optional(),
  ...{ image_mean, image_std },
});
const configFile = z.looseObject({
  embd_layer: z.looseObject({ hd_transform_order: z.enum(['sub_glb', 'glb_sub']).default('glb_sub') }),
});

/** Fails with model-invalid, naming the field. */
export function parseHd(
  preprocessor: Json | undefined,
  config: Json,
  { vision, rowsPerTile }: Pick<Vlm, 'vision' | 'rowsPerTile'>,
): HdConfig {
  const stated = parsed(preprocessorFile, preprocessor ?? {}, 'preprocessor_config.json');
  const { hd_transform_order: order } = parsed(configFile, config, 'config.json').embd_layer;
  const features = rowsPerTile - 2;
  const { num_img_tokens: tokens = features } = stated;
  if (tokens !== features) {
    throw invalid(`preprocessor_config.json: num_img_tokens is ${tokens}, but the vision tower makes ${features} of a crop.`);
  }
  return {
    side: vision.imageSize,
    merged: Math.sqrt(features),
    crops: stated.num_crops,
    cropsFirst: order === 'sub_glb',
    values: valueTable({ ...stated, do_rescale: true, rescale_factor: 1 / 255, do_normalize: true }),
  };
}
