/** @file The golden cases of the vision-language engines, for the prompt tests. See test/fixtures/golden-values.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Json } from '../../../models/checkpoint/json.ts';
import { type AnyresConfig, parseAnyres } from '../../../models/prompt/anyres.ts';
import type { Compat } from '../../../models/prompt/reading.ts';

const root = path.resolve(import.meta.dirname, '../../fixtures');

export type PixelFacts = { shape: number[]; first32: number[]; last8: number[]; sha256_f32?: string };

export type Case = {
  name: string;
  prompts: string[];
  images: string[];
  error?: string;
  input_ids?: number[][];
  attention_mask?: number[][];
  image_sizes_hw?: [number, number][];
  image_feature_lens?: number[];
  exif_transpose_applied_by_caller?: boolean;
  pixel_values?: PixelFacts;
  debug?: Record<string, string>;
};

export type Variant = {
  family: 'llama3' | 'mistral';
  compat: Compat;
  directory: string;
  file: string;
  cases: Case[];
  config: AnyresConfig;
};

export const variants: readonly Variant[] = (['llama3', 'mistral'] as const).flatMap((family) =>
  (['4.41', '5'] as const).map((compat) => variant(family, compat)),
);

function variant(family: 'llama3' | 'mistral', compat: Compat): Variant {
  const folder = path.join(root, `llava-next-${family}`);
  const directory = path.join(folder, compat === '5' ? 'checkpoint-new-layout' : 'checkpoint');
  const file = path.join(folder, compat === '5' ? 'cases.hf5' : 'cases.hf441');
  const { cases } = readJson<{ cases: Case[] }>(`${file}.json`);
  const config = parseAnyres(readJson(path.join(directory, 'preprocessor_config.json')), readJson(path.join(directory, 'config.json')));
  return { family, compat, directory, file, cases, config };
}

export function readJson<T = Json>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

export const fixture = (...parts: string[]): string => path.join(root, ...parts);
export const image = (name: string): string => fixture('images', name);
