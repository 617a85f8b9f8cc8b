/**
 * @file What preprocessor_config.json says in every family: the filter, and what becomes of a pixel's value.
 * Reference: transformers' image_processing_base.py and image_transforms.py (`rescale`, `normalize`).
 */
import { z } from 'zod';
import { AppError } from '../../core/api/errors.ts';
import type { ResampleFilter } from '../../pixels/raster.ts';
import { isObject, type Json } from '../checkpoint/json.ts';

/** Of a side, in pixels. */
export const pixels = z.int().min(1).max(4096);

type Channels = [number, number, number];

export const clipMean: Channels = [0.48145466, 0.4578275, 0.40821073];
export const clipDeviation: Channels = [0.26862954, 0.26130258, 0.27577711];
/** The library's IMAGENET_STANDARD_MEAN and _STD: -1 to 1. */
export const evenMean: Channels = [0.5, 0.5, 0.5];
export const evenDeviation: Channels = [0.5, 0.5, 0.5];

const channels = z.union([z.tuple([z.number(), z.number(), z.number()]), z.number().transform((same): Channels => [same, same, same])]);

/** Fields of a schema. `resample` is a number of PIL's. */
export function valueFields(omitted: { readonly resample: 1 | 2 | 3; readonly mean: Channels; readonly deviation: Channels }) {
  return {
    resample: z.int().default(omitted.resample),
    do_rescale: z.boolean().default(true),
    rescale_factor: z.number().default(1 / 255),
    do_normalize: z.boolean().default(true),
    image_mean: channels.default(omitted.mean),
    image_std: channels.default(omitted.deviation),
  };
}

type Values = {
  readonly do_rescale: boolean;
  readonly rescale_factor: number;
  readonly do_normalize: boolean;
  readonly image_mean: Channels;
  readonly image_std: Channels;
};

/** `values[channel * 256 + value]` of a value of 0 to 255. In float32 step by step, as the reference computes. */
export function valueTable(stated: Values): Float32Array {
  const scale = stated.do_rescale ? stated.rescale_factor : 1;
  const values = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++) {
    const mean = stated.do_normalize ? Math.fround(stated.image_mean[channel] ?? 0) : 0;
    const deviation = stated.do_normalize ? Math.fround(stated.image_std[channel] ?? 1) : 1;
    for (let value = 0; value < 256; value++) {
      values[channel * 256 + value] = Math.fround(Math.fround(value * scale) - mean) / deviation;
    }
  }
  return values;
}

const filters: Readonly<Record<number, ResampleFilter>> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' };

export function filterOf(resample: number): ResampleFilter {
  const filter = filters[resample];
  if (filter) return filter;
  throw invalid(`preprocessor_config.json: resample ${resample} is not supported; known are 1 (Lanczos), 2 (bilinear), 3 (bicubic).`);
}

/** null counts as omitted: the library writes it for what is not set. Fails with model-invalid, naming the field. */
export function parsed<T>(schema: z.ZodType<T>, json: Json, file: string): T {
  const stated = isObject(json) ? Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null)) : json;
  const result = schema.safeParse(stated);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalid(`${file}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(), result.error);
}

export function invalid(message: string, cause?: Error): AppError {
  return new AppError('model-invalid', message, cause && { cause });
}
