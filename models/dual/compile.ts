/** @file A dual encoder's checkpoint as two stages, a tower each. Weights stay in the checkpoint's files and are widened when a session opens. */
import { AppError } from '../../core/api/errors.ts';
import type { DualEncoder } from '../arch/architecture.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { readFloats } from '../checkpoint/floats.ts';
import type { StoredTensor } from '../checkpoint/tensors.ts';
import { openAccount } from '../compile/account.ts';
import { requireHalfRange } from '../compile/half-range.ts';
import { buildGraph, type Stage, stageOf } from '../compile/stage.ts';
import type { GraphOptions } from '../graph/graph.ts';

export type DualPrecision = 'exact' | 'fp16';

export type CompiledDual = {
  /** pixel_values [n, channels, s, s] -> embedding [n, dimension]. */
  readonly vision: Stage;
  /** See `DualEncoder.textPlans`. */
  readonly text: Stage;
  /** What cosines are multiplied with before probabilities are made of them; undefined where the checkpoint does not say. */
  readonly logitScale: number | undefined;
  /** Tensors that are left unused on purpose, and why. */
  readonly notes: readonly string[];
};

/** Throws 'model-invalid' for weights that do not account for themselves, or that float16 cannot hold. */
export async function compileDual(model: DualEncoder, checkpoint: Checkpoint, precision: DualPrecision): Promise<CompiledDual> {
  const account = openAccount(checkpoint.tensors, undefined, model);
  const options: GraphOptions = { weights: account.source, linear: 'float', compute: precision === 'fp16' ? 'float16' : 'float32' };
  const [[vision], [text]] = [model.visionPlans, model.textPlans];
  const names = [vision, text].flatMap((plan) => [...buildGraph(plan, options).weights.keys()]);
  const notes = account.settle();
  if (precision === 'fp16') {
    const weights = names.map((name) => account.tensor(name)).filter((tensor): tensor is StoredTensor => tensor !== undefined);
    await requireHalfRange(weights, {});
  }
  const scale = account.tensor(model.logitScale);
  return { vision: stageOf(vision, options), text: stageOf(text, options), logitScale: scale && (await scaleOf(scale)), notes };
}

/** It is stored as a logarithm, a scalar or a vector of one. */
async function scaleOf(tensor: StoredTensor): Promise<number> {
  const [value] = await readFloats(tensor);
  const scale = Math.exp(value ?? Number.NaN);
  if (!Number.isFinite(scale)) throw new AppError('model-invalid', `${tensor.name} is ${value}, which is no scale of logits.`);
  return scale;
}
