/**
 * @file Checkpoints with random weights, in the form and size of real ones: what a model costs depends on its shapes, not on what it has learned.
 * Their tensors are those that the compiled graphs ask for, so any shape that compiles can be written.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, realpath, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import type { Vlm } from '../arch/architecture.ts';
import { openVlm } from '../arch/index.ts';
import type { JsonObject } from '../checkpoint/json.ts';
import { writeSafetensors } from '../checkpoint/write.ts';
import { buildGraph } from '../compile/stage.ts';
import { brainFloats, halfFloats, normalNumbers, repeat } from '../runtime/gaussian.ts';

export type SyntheticShape = {
  readonly description: string;
  readonly config: JsonObject;
  readonly dtype: 'BF16' | 'F16';
  /** Layers of the real model. */
  readonly layers: number;
};

const text = { hidden_size: 4096, intermediate_size: 14_336, num_attention_heads: 32, num_key_value_heads: 8, rms_norm_eps: 1e-5 };
const vision = {
  model_type: 'clip_vision_model',
  ...{ hidden_size: 1024, intermediate_size: 4096, num_hidden_layers: 24, num_attention_heads: 16, image_size: 336, patch_size: 14 },
};
/** Of the vocabulary only so many rows: they cost nothing but disk, except where words are read out, which is not timed. */
const vocabulary = 2048;
const common = { model_type: 'llava_next', vision_config: vision, vision_feature_layer: -2, image_token_index: vocabulary };

export const syntheticShapes: Readonly<Record<string, SyntheticShape>> = {
  'e5v-8b': {
    description: 'LLaVA-NeXT over Llama-3-8B with CLIP ViT-L/14-336, as E5-V',
    config: {
      ...common,
      text_config: { ...text, model_type: 'llama', vocab_size: vocabulary, rope_theta: 500_000, max_position_embeddings: 8192 },
    },
    dtype: 'F16',
    layers: 32,
  },
  'llava-mistral-7b': {
    description: 'LLaVA-1.6 over Mistral-7B with CLIP ViT-L/14-336',
    config: {
      ...common,
      text_config: {
        ...text,
        model_type: 'mistral',
        vocab_size: vocabulary,
        rope_theta: 1e6,
        max_position_embeddings: 32_768,
        sliding_window: null,
      },
    },
    dtype: 'BF16',
    layers: 32,
  },
};

export function requireShape(name: string): SyntheticShape {
  const shape = Object.hasOwn(syntheticShapes, name) ? syntheticShapes[name] : undefined;
  if (shape) return shape;
  throw new AppError('bad-request', `There is no shape "${name}". Known: ${Object.keys(syntheticShapes).join(', ')}.`);
}

export type SyntheticCheckpoint = {
  readonly directory: string;
  /** For its quantised weights; goes with it. */
  readonly cache: string;
  remove(): Promise<void>;
};

/**
 * Writes the checkpoint with `layers` decoder layers into a temporary folder, which also goes when the process ends. No tokenizer.
 * Throws `disk-full` before anything is written, or the signal's reason.
 */
export async function writeSynthetic(shape: SyntheticShape, layers: number, signal?: AbortSignal): Promise<SyntheticCheckpoint> {
  const config = { ...shape.config, text_config: { ...(shape.config.text_config as JsonObject), num_hidden_layers: layers } };
  const tensors = tensorsOf(openVlm({ modelType: shape.config.model_type as string, config }));
  await requireSpace(tensors);
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'oneword-synthetic-')));
  const removeNow = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeNow);
  const remove = async () => {
    process.off('exit', removeNow);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await writeFile(path.join(directory, 'config.json'), JSON.stringify(config, null, 1));
    await writeFile(path.join(directory, 'preprocessor_config.json'), JSON.stringify({ crop_size: 336, size: 336 }));
    const written = [...tensors].map(([name, dimensions], index) => ({
      name,
      dtype: shape.dtype,
      shape: dimensions,
      values: () => pieces(name, dimensions, index + 1, shape.dtype, signal),
    }));
    await writeSafetensors(path.join(directory, 'model.safetensors'), written, { format: 'pt' });
    return { directory, cache: path.join(directory, 'compiled'), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Every tensor that a graph or the runner asks for, with its shape. */
function tensorsOf({ text, tensors: own, ...model }: Vlm): ReadonlyMap<string, readonly number[]> {
  const tensors = new Map<string, readonly number[]>([[own.embedTokens, [text.vocabularySize, text.hiddenSize]]]);
  const decoder = Array.from({ length: text.layers }, (_, index) => model.decoderPlans(index, false));
  const plans = [
    ...model.visionPlans,
    ...decoder.flatMap(({ enter, leave }) => [enter, ...leave]),
    model.normPlan,
    model.headPlan(0, text.vocabularySize),
  ];
  const find = (name: string, shape: readonly number[]) => {
    tensors.set(name, shape);
    return { type: 'float32', shape, file: '', offset: 0, bytes: 0 } as const;
  };
  for (const plan of plans) buildGraph(plan, { weights: { find, lowRank: () => undefined }, linear: 'float', compute: 'float32' });
  return tensors;
}

const elementsAtOnce = 1 << 23;

/** 16 MB at a time. */
function* pieces(name: string, shape: readonly number[], seed: number, dtype: 'BF16' | 'F16', signal?: AbortSignal): Generator<Uint8Array> {
  const count = elements(shape);
  const numbers = numbersOf(name, shape);
  const stored = dtype === 'BF16' ? brainFloats(numbers) : halfFloats(numbers);
  for (let done = 0; done < count; done += elementsAtOnce) {
    signal?.throwIfAborted();
    const piece = repeat(stored, new Uint16Array(Math.min(elementsAtOnce, count - done)), seed + done);
    yield new Uint8Array(piece.buffer);
  }
}

/**
 * Matrices keep the size of what they multiply. Norms give one channel in 256 ten times its due, as trained models have them: without
 * such channels quantised products would look better than they are.
 */
function numbersOf(name: string, shape: readonly number[]): Float32Array {
  const numbers = normalNumbers.slice(0, Math.min(normalNumbers.length, Math.max(elements(shape), 1)));
  const isMatrix = shape.length > 1;
  const isNorm = !isMatrix && name.endsWith('.weight');
  const spread = isMatrix ? Math.sqrt((shape[0] ?? 1) / elements(shape)) : 0.1;
  for (let i = 0; i < numbers.length; i++) {
    const value = (numbers[i] as number) * spread;
    numbers[i] = isNorm ? (1 + value) * (i % 256 === 7 ? 10 : 1) : value;
  }
  return numbers;
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The checkpoint, and as much again for its quantised forms. */
async function requireSpace(tensors: ReadonlyMap<string, readonly number[]>): Promise<void> {
  let bytes = 0;
  for (const shape of tensors.values()) bytes += 2 * elements(shape);
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < 2 * bytes)
    throw new AppError('disk-full', `${tmpdir()} has ${gigabytes(bavail * bsize)} free; ${gigabytes(2 * bytes)} are needed for a while.`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
