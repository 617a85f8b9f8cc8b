/** @file Opens a checkpoint folder as an engine: reads it, accounts for its weights, chooses device and precision. */
import { AppError } from '../../core/api/errors.ts';
import type { Embedder, Space } from '../../core/indexing/embedder.ts';
import type { Vlm } from '../arch/architecture.ts';
import { openVlm } from '../arch/index.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { readFloats } from '../checkpoint/floats.ts';
import { openAdapter } from '../checkpoint/lora.ts';
import { type CompiledVlm, compileVlm, type Precision } from '../compile/vlm.ts';
import { decoderLayerWeights, shapeOf } from '../hub/memory.ts';
import type { EngineSettings } from '../hub/settings.ts';
import type { PictureReading, View } from '../prompt/reading.ts';
import { familyOf, type PromptSet, promptSetFor } from '../prompt/templates.ts';
import { openTokenizer, type PromptTokenizer } from '../prompt/tokenizer.ts';
import { chooseProvider } from '../runtime/providers.ts';
import type { Runner } from '../runtime/runner.ts';
import { openFittingRunner } from '../runtime/whole-runner.ts';
import { createE5v } from './engine.ts';
import { choosePrecision, deviceFor } from './precision.ts';
import { readingFor } from './readings.ts';

export type E5vOptions = {
  /** Name for people and for the space: the engine's id, or the folder's name. */
  readonly id: string;
  readonly checkpoint: Checkpoint;
  readonly adapter?: string | undefined;
  readonly settings: EngineSettings;
  /** Where quantised weights are kept. */
  readonly cache: string;
  readonly threads: number;
  readonly log: (line: string) => void;
};

/** What an engine consists of while it is open. */
export type Opened = {
  readonly compiled: CompiledVlm;
  readonly tokenizer: PromptTokenizer;
  readonly prompts: PromptSet;
  readonly reading: PictureReading;
  readonly view: View;
  readonly runner: Runner;
  /**
   * Length of an ordinary last hidden state, which unit vectors have lost; see said-words.ts. RMSNorm gives every state a mean square of 1
   * before it multiplies by its weights: the weights' own length is that of an ordinary state.
   */
  readonly stateLength: number;
};

/** Fails with model-missing, model-invalid, or disk-full while weights are quantised. */
export async function openE5v({ id, checkpoint, adapter, settings, cache, threads, log }: E5vOptions): Promise<Embedder> {
  const { compat, tiles } = settings;
  const view = { compat, tiles };
  const model = openVlm(checkpoint);
  requireCompat(compat, model);
  const tuned = adapter === undefined ? undefined : await openAdapter(adapter);
  const tokenizer = await openTokenizer(checkpoint.directory);
  const prompts = promptSetFor(familyOf(checkpoint.config, tokenizer));
  const reading = readingFor(model, checkpoint, view, tokenizer);
  const shape = shapeOf(model);
  const weights = shape.layers * decoderLayerWeights(shape);
  const chosen = await chooseProvider({ threads, weights, log });
  const precision = choosePrecision(settings.precision, weights, chosen);
  const device = deviceFor(precision, chosen);
  const compiled = await compileVlm(checkpoint, { precision, cache, onProgress: saying(log), ...(tuned && { adapter: tuned }) });
  const opened: Opened = {
    ...{ compiled, tokenizer, prompts, reading, view },
    runner: await openFittingRunner(compiled, { threads, device, log }),
    stateLength: Math.hypot(...(await readFloats(compiled.finalNorm))),
  };
  const revision = tuned ? `${checkpoint.revision}-${tuned.revision}` : checkpoint.revision;
  return createE5v(opened, spaceOf(id, revision, prompts.id, { precision, compat, tiles }, model.text.hiddenSize));
}

/** Padding shows where the length of a sequence chooses its rotary positions, and nowhere else. */
function requireCompat(compat: View['compat'], { modelType, attentionPlans }: Vlm): void {
  if (compat !== 'padded' || attentionPlans.length > 1) return;
  throw new AppError(
    'bad-request',
    `compat "padded" is for models with rotary positions of their own for long sequences (phi3_v), and this is a ${modelType}. Possible: 4.41, 5.`,
  );
}

type Ways = { readonly precision: Precision; readonly compat: string; readonly tiles: string };

/** Everything that changes the vectors is in the space's id; the folder's name is not. */
function spaceOf(model: string, revision: string, prompts: string, { precision, compat, tiles }: Ways, dimension: number): Space {
  return {
    id: [prompts, revision, precision, compat, tiles].join('-'),
    dimension,
    model,
    revision,
    precision: precision === 'exact' ? 'fp32' : precision,
    prompts,
    composition: 'learned',
  };
}

/** A line for every tenth of the way. */
function saying(log: (line: string) => void): (done: number, of: number) => void {
  let told = 0;
  return (done, of) => {
    const tenths = Math.floor((done / of) * 10);
    if (tenths > told) log(`Preparing the weights, once: ${tenths * 10} %`);
    told = Math.max(told, tenths);
  };
}
