/**
 * @file How an Idefics3 checkpoint wants its pictures, from preprocessor_config.json, missing fields as the class has them.
 * Reference: transformers' image_processing_pil_idefics3.py.
 */
import { z } from 'zod';
import type { ResampleFilter } from '../../pixels/raster.ts';
import type { Json } from '../checkpoint/json.ts';
import { evenDeviation, evenMean, filterOf, invalid, parsed, pixels, valueFields, valueTable } from './preprocessor.ts';

export type SplitConfig = {
  /** Width and height of a tile in pixels. */
  readonly side: number;
  /** A picture's longer direction before it is cut. */
  readonly longest: number;
  /** Whether a picture is cut at all. */
  readonly splits: boolean;
  readonly filter: ResampleFilter;
  /** What becomes of a value of 0 to 255: `values[channel * 256 + value]`. */
  readonly values: Float32Array;
};

const edge = (omitted: number) => z.looseObject({ longest_edge: pixels }).default({ longest_edge: omitted });

const preprocessorFile = z.looseObject({
  do_resize: z.boolean().default(true),
  size: edge(4 * 364),
  do_image_splitting: z.boolean().default(true),
  max_image_size: edge(364),
  ...valueFields({ resample: 1, mean: evenMean, deviation: evenDeviation }),
});

/** @param imageSize that the vision tower takes. Fails with model-invalid, naming the field. */
export function parseSplit(preprocessor: Json | undefined, imageSize: number): SplitConfig {
  const stated = parsed(preprocessorFile, preprocessor ?? {}, 'preprocessor_config.json');
  const { longest_edge: side } = stated.max_image_size;
  if (!stated.do_resize) throw invalid('preprocessor_config.json: do_resize is false. Supported: true.');
  if (side !== imageSize) throw invalid(`preprocessor_config.json makes tiles of ${side} pixels, but the vision tower takes ${imageSize}.`);
  return {
    ...{ side, longest: stated.size.longest_edge, splits: stated.do_image_splitting },
    ...{ filter: filterOf(stated.resample), values: valueTable(stated) },
  };
}
