/** @file The recorded cases of CLIP and SigLIP, and how a stage is run on them. See test/fixtures/golden-values.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';

export const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

export const goldenSets = [
  { family: 'clip', compat: '4.41', cases: 'cases.hf441' },
  { family: 'clip', compat: '5', cases: 'cases.hf5' },
  { family: 'siglip', compat: '4.41', cases: 'cases.hf441' },
  { family: 'siglip', compat: '5', cases: 'cases.hf5' },
] as const;

export type GoldenSet = (typeof goldenSets)[number];

export type DualCase = {
  readonly name: string;
  readonly texts: readonly string[];
  /** Names below images/. */
  readonly images: readonly string[];
  readonly input_ids?: readonly (readonly number[])[];
  readonly pixel_values_tensor?: string;
  readonly error?: string;
  /** Keys of tensors: as the towers answer, and at unit length. */
  readonly features?: string;
  readonly embedding?: string;
  readonly debug?: Readonly<Record<'hidden0' | 'hidden1' | 'last_hidden_state' | 'pooler_output', string>>;
};

export type Golden = {
  readonly cases: readonly DualCase[];
  tensor(key: string | undefined): Promise<{ readonly data: Float32Array; readonly shape: readonly number[] }>;
};

export function checkpointOf(family: GoldenSet['family']): string {
  return path.join(fixtures, family, 'checkpoint');
}

export async function openGolden({ family, cases }: Pick<GoldenSet, 'family' | 'cases'>): Promise<Golden> {
  const base = path.join(fixtures, family, cases);
  const tensors = new Map((await readShard(`${base}.safetensors`)).map((tensor) => [tensor.name, tensor]));
  return {
    cases: (JSON.parse(readFileSync(`${base}.json`, 'utf8')) as { cases: DualCase[] }).cases,
    async tensor(key) {
      const tensor = tensors.get(key ?? '');
      if (!tensor) throw new Error(`there is no golden tensor ${key}`);
      return { data: await readFloats(tensor), shape: tensor.shape };
    },
  };
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
