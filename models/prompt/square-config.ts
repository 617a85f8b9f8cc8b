/**
 * @file How a dual encoder wants its pictures, from preprocessor_config.json, missing fields as the classes of its family have them.
 * Reference: transformers' image_processing_clip.py and image_processing_siglip.py.
 */
import { z } from 'zod';
import type { ResampleFilter } from '../../pixels/raster.ts';
import type { Json } from '../checkpoint/json.ts';
import {
  clipDeviation,
  clipMean,
  evenDeviation,
  evenMean,
  filterOf,
  invalid,
  parsed,
  pixels,
  valueFields,
  valueTable,
} from './preprocessor.ts';

export type SquareFamily = 'clip' | 'siglip';

export type SquareConfig = {
  /** Width and height of what the tower sees, in pixels. */
  readonly side: number;
  /** What the shorter edge becomes before the middle is cut out; undefined where the picture is squashed into the square. */
  readonly shorter: number | undefined;
  readonly filter: ResampleFilter;
  /** What becomes of a value of 0 to 255: `values[channel * 256 + value]`. */
  readonly values: Float32Array;
};

const file = 'preprocessor_config.json';

/** Each also as `...Fast` and `...Pil`; CLIPFeatureExtractor is an old name. */
const classes: Readonly<Record<string, SquareFamily>> = {
  CLIPImageProcessor: 'clip',
  CLIPFeatureExtractor: 'clip',
  SiglipImageProcessor: 'siglip',
};

/** A number is the shorter edge; as size of the crop it is that of a square. */
const edge = z.object({ shortest_edge: pixels });
const rectangle = z.object({ height: pixels, width: pixels });
const size = z.union(
  [pixels.transform((shortest_edge) => ({ shortest_edge })), edge, rectangle],
  'must be a number, { shortest_edge }, or { height, width }',
);
const cropSize = z.union(
  [pixels.transform((side) => ({ height: side, width: side })), rectangle],
  'must be a number, or { height, width }',
);

const common = { size: size.optional(), crop_size: cropSize.optional(), do_resize: z.boolean().default(true) };
const schemas = {
  clip: z.looseObject({
    ...common,
    do_center_crop: z.boolean().default(true),
    ...valueFields({ resample: 3, mean: clipMean, deviation: clipDeviation }),
  }),
  siglip: z.looseObject({
    ...common,
    do_center_crop: z.boolean().default(false),
    ...valueFields({ resample: 3, mean: evenMean, deviation: evenDeviation }),
  }),
};

/** Newer versions write null for what they leave to the class. */
const anyFields = z
  .record(z.string(), z.json())
  .transform((json) => Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null)));
const nameFields = z.looseObject({ image_processor_type: z.string().optional(), feature_extractor_type: z.string().optional() });

/** Fails with model-invalid, naming the field. `side`: what the vision tower takes. */
export function parseSquare(preprocessor: Json | undefined, side: number, family: SquareFamily): SquareConfig {
  const json = parsed(anyFields, preprocessor ?? {}, file);
  const named = parsed(nameFields, json, file);
  const stated = parsed(schemas[familyOf(named.image_processor_type ?? named.feature_extractor_type) ?? family], json, file);
  const { do_resize, do_center_crop, size = defaultSize(do_center_crop, side), crop_size: crop = { height: side, width: side } } = stated;

  if (!do_resize) throw invalid(`${file}: do_resize is false, but the vision tower takes pictures of ${side} x ${side} pixels only.`);
  if (do_center_crop && (crop.height !== side || crop.width !== side)) {
    throw invalid(`${file}: crop_size is ${crop.height} x ${crop.width}, but the vision tower takes ${side} x ${side}.`);
  }
  const look = { side, filter: filterOf(stated.resample), values: valueTable(stated) };
  if ('shortest_edge' in size) {
    if (!do_center_crop)
      throw invalid(`${file}: size keeps the proportions (shortest_edge) and do_center_crop is false, so pictures do not become square.`);
    if (size.shortest_edge < side) throw invalid(`${file}: size ${size.shortest_edge} is less than the ${side} pixels of crop_size.`);
    return { ...look, shorter: size.shortest_edge };
  }
  if (size.height !== side || size.width !== side) {
    throw invalid(`${file}: size is ${size.height} x ${size.width}, but the vision tower takes ${side} x ${side}.`);
  }
  return { ...look, shorter: undefined };
}

function familyOf(name: string | undefined): SquareFamily | undefined {
  if (name === undefined) return undefined;
  const family = classes[name.replace(/(Fast|Pil)$/, '')];
  if (family) return family;
  throw invalid(`${file}: pictures for ${name} are not supported; known are ${Object.keys(classes).join(', ')}.`);
}

/** The classes say 224, which only fits towers that take 224. */
function defaultSize(crop: boolean, side: number): z.infer<typeof size> {
  return crop ? { shortest_edge: side } : { height: side, width: side };
}
