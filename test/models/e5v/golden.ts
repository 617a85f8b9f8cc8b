/** @file The recorded cases of the golden checkpoints, and how they are asked. See test/fixtures/golden-values.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';

export const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

export type GoldenSet = {
  readonly name: string;
  readonly directory: string;
  readonly adapter?: string;
  readonly compat: '4.41' | '5';
  readonly cases: string;
};

const llama = path.join(fixtures, 'llava-next-llama3');
const mistral = path.join(fixtures, 'llava-next-mistral');
const phi3 = path.join(fixtures, 'phi3-v');
const smolvlm = path.join(fixtures, 'smolvlm');
const lora = path.join(fixtures, 'llava-next-llama3-lora');

export const goldenSets: readonly GoldenSet[] = [
  { name: 'Llama 3, 4.41', directory: path.join(llama, 'checkpoint'), compat: '4.41', cases: path.join(llama, 'cases.hf441') },
  { name: 'Llama 3, 5', directory: path.join(llama, 'checkpoint-new-layout'), compat: '5', cases: path.join(llama, 'cases.hf5') },
  { name: 'Mistral, 4.41', directory: path.join(mistral, 'checkpoint'), compat: '4.41', cases: path.join(mistral, 'cases.hf441') },
  { name: 'Mistral, 5', directory: path.join(mistral, 'checkpoint-new-layout'), compat: '5', cases: path.join(mistral, 'cases.hf5') },
  {
    name: 'Llama 3 with an adapter, 4.41',
    directory: path.join(llama, 'checkpoint'),
    adapter: path.join(lora, 'adapter'),
    compat: '4.41',
    cases: path.join(lora, 'cases.hf441'),
  },
  { name: 'Phi-3-vision', directory: path.join(phi3, 'checkpoint'), compat: '4.41', cases: path.join(phi3, 'cases') },
  { name: 'SmolVLM', directory: path.join(smolvlm, 'checkpoint'), compat: '4.41', cases: path.join(smolvlm, 'cases') },
];

export type GoldenCase = {
  readonly name: string;
  readonly prompts: readonly string[];
  /** Names below images/. */
  readonly images: readonly string[];
  readonly error: string | undefined;
  /** [prompts, hidden] at unit length; absent where the reference raised an error. */
  readonly embedding: Float32Array | undefined;
};

type Recorded = { name: string; prompts: string[]; images: string[]; error?: string; embedding?: string };

export async function readCases({ cases }: GoldenSet): Promise<GoldenCase[]> {
  const recorded = JSON.parse(readFileSync(`${cases}.json`, 'utf8')) as { cases: Recorded[] };
  const tensors = new Map((await readShard(`${cases}.safetensors`)).map((tensor) => [tensor.name, tensor]));
  return Promise.all(
    recorded.cases.map(async ({ name, prompts, images, error, embedding }) => {
      const tensor = embedding === undefined ? undefined : tensors.get(embedding);
      return { name, prompts, images, error, embedding: tensor && (await readFloats(tensor)) };
    }),
  );
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN)));
  return largest;
}
