/**
 * @file Checkpoints with random weights, in the form and size of real ones: what a model costs depends on its shapes, not on what it has learned.
 * Their tensors are those that the compiled graphs ask for, so any shape that compiles can be written.
 */
import { rmSync } from 'node:fs';
import { mkdtemp, realpath, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import type { DualEncoder, Vlm } from '../arch/architecture.ts';
import { openModel } from '../arch/index.ts';
import { isObject, type JsonObject } from '../checkpoint/json.ts';
import { dtypeBytes } from '../checkpoint/tensors.ts';
import { writeSafetensors } from '../checkpoint/write.ts';
import { buildGraph } from '../compile/stage.ts';
import type { StagePlan } from '../graph/plan.ts';
import { brainFloats, halfFloats, normalNumbers, repeat } from '../runtime/gaussian.ts';
import type { SyntheticShape } from './shapes.ts';

export type SyntheticCheckpoint = {
  readonly directory: string;
  /** For its quantised weights; goes with it. */
  readonly cache: string;
  remove(): Promise<void>;
};

/**
 * Writes the checkpoint with `layers` decoder layers (all if absent) into a temporary folder, which also goes when the process ends. No tokenizer.
 * Throws `disk-full` before anything is written, or the signal's reason.
 */
export async function writeSynthetic(shape: SyntheticShape, layers?: number, signal?: AbortSignal): Promise<SyntheticCheckpoint> {
  const config = layers === undefined ? shape.config : withLayers(shape.config, layers);
  const tensors = tensorsOf(openModel({ modelType: shape.config.model_type as string, config }));
  await requireSpace(tensors, shape);
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), 'oneword-synthetic-')));
  const removeNow = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', removeNow);
  const remove = async () => {
    process.off('exit', removeNow);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await writeFile(path.join(directory, 'config.json'), JSON.stringify(config, null, 1));
    if (shape.preprocessor) await writeFile(path.join(directory, 'preprocessor_config.json'), JSON.stringify(shape.preprocessor));
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

/** The decoder's settings stand in a section of their own, or among all others. */
function withLayers(config: JsonObject, layers: number): JsonObject {
  const own = { num_hidden_layers: layers };
  return isObject(config.text_config) ? { ...config, text_config: { ...config.text_config, ...own } } : { ...config, ...own };
}

/** Every tensor that a graph or the runner asks for, with its shape. Of one that is asked for in rows, up to the last of them. */
function tensorsOf(model: Vlm | DualEncoder): ReadonlyMap<string, readonly number[]> {
  const tensors = new Map<string, readonly number[]>();
  if (model.kind === 'vlm') tensors.set(model.tensors.embedTokens, [model.text.vocabularySize, model.text.hiddenSize]);
  const find = (name: string, [rows = 1, ...rest]: readonly number[], firstRow?: number) => {
    const shape = [Math.max(firstRow === undefined ? 0 : (tensors.get(name)?.[0] ?? 0), (firstRow ?? 0) + rows), ...rest];
    tensors.set(name, shape);
    return { type: 'float32', shape, file: '', offset: 0, bytes: 0 } as const;
  };
  for (const plan of plansOf(model)) buildGraph(plan, { weights: { find, lowRank: () => undefined }, linear: 'float', compute: 'float32' });
  return tensors;
}

function plansOf(model: Vlm | DualEncoder): StagePlan[] {
  if (model.kind === 'dual') return [...model.visionPlans, ...model.textPlans];
  const decoder = Array.from({ length: model.text.layers }, (_, index) => model.decoderPlans(index, false));
  return [
    ...model.visionPlans,
    ...decoder.flatMap(({ enter, leave }) => [enter, ...leave]),
    model.normPlan,
    model.headPlan(0, model.text.vocabularySize),
  ];
}

const elementsAtOnce = 1 << 23;

type Dtype = SyntheticShape['dtype'];

const stored = { BF16: brainFloats, F16: halfFloats, F32: (floats: Float32Array) => floats } as const;

/** At most 32 MB at a time. */
function* pieces(name: string, shape: readonly number[], seed: number, dtype: Dtype, signal?: AbortSignal): Generator<Uint8Array> {
  const count = elements(shape);
  const numbers = stored[dtype](numbersOf(name, shape));
  for (let done = 0; done < count; done += elementsAtOnce) {
    signal?.throwIfAborted();
    const room = Math.min(elementsAtOnce, count - done);
    const piece = repeat(numbers, numbers instanceof Float32Array ? new Float32Array(room) : new Uint16Array(room), seed + done);
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
async function requireSpace(tensors: ReadonlyMap<string, readonly number[]>, { dtype }: SyntheticShape): Promise<void> {
  let bytes = 0;
  for (const shape of tensors.values()) bytes += dtypeBytes[dtype] * elements(shape);
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < 2 * bytes)
    throw new AppError('disk-full', `${tmpdir()} has ${gigabytes(bavail * bsize)} free; ${gigabytes(2 * bytes)} are needed for a while.`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
