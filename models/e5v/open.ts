/** @file Opens a checkpoint folder as an engine: reads it, accounts for its weights, chooses device and precision. */
import { AppError } from '../../core/api/errors.ts';
import type { Embedder, Space } from '../../core/indexing/embedder.ts';
import { requireArchitecture } from '../arch/index.ts';
import { names, renameTensor } from '../arch/llava_next.ts';
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint.ts';
import { readFloats } from '../checkpoint/floats.ts';
import { openAdapter } from '../checkpoint/lora.ts';
import { type CompiledLlavaNext, compileLlavaNext, type Precision } from '../compile/llava-next.ts';
import { decoderLayerWeights, shapeOf } from '../hub/memory.ts';
import type { EngineSettings } from '../hub/settings.ts';
import { type AnyresConfig, parseAnyres, type View } from '../prompt/anyres.ts';
import { familyOf, type PromptSet, promptSetFor } from '../prompt/templates.ts';
import { openTokenizer, type PromptTokenizer } from '../prompt/tokenizer.ts';
import { chooseProvider } from '../runtime/providers.ts';
import { openRunner, type Runner } from '../runtime/runner.ts';
import { createE5v } from './engine.ts';
import { choosePrecision, deviceFor } from './precision.ts';

export type E5vOptions = {
  /** Name for people and for the space: the engine's id, or the folder's name. */
  readonly id: string;
  readonly directory: string;
  readonly adapter?: string | undefined;
  readonly settings: EngineSettings;
  /** Where quantised weights are kept. */
  readonly cache: string;
  readonly threads: number;
  readonly log: (line: string) => void;
};

/** What an engine consists of while it is open. */
export type Opened = {
  readonly compiled: CompiledLlavaNext;
  readonly tokenizer: PromptTokenizer;
  readonly prompts: PromptSet;
  readonly anyres: AnyresConfig;
  readonly view: View;
  readonly runner: Runner;
  readonly imageToken: number;
  readonly hidden: number;
  /** Length of an ordinary last hidden state, which unit vectors have lost; see said-words.ts. */
  readonly stateLength: number;
};

/** Fails with model-missing, model-invalid, or disk-full while weights are quantised. */
export async function openE5v({ id, directory, adapter, settings, cache, threads, log }: E5vOptions): Promise<Embedder> {
  const { compat, tiles } = settings;
  const checkpoint = await openCheckpoint(directory);
  const { parseConfig } = requireArchitecture(checkpoint.modelType);
  const config = parseConfig(checkpoint.config);
  const tuned = adapter === undefined ? undefined : await openAdapter(adapter);
  const tokenizer = await openTokenizer(directory);
  const prompts = promptSetFor(familyOf(checkpoint.config, tokenizer));
  const anyres = parseAnyres(checkpoint.preprocessor, checkpoint.config);
  const shape = shapeOf(config);
  const weights = shape.layers * decoderLayerWeights(shape);
  const chosen = await chooseProvider({ threads, weights, log });
  const precision = choosePrecision(settings.precision, weights, chosen);
  const device = deviceFor(precision, chosen);
  const compiled = await compileLlavaNext(checkpoint, { precision, cache, onProgress: saying(log), ...(tuned && { adapter: tuned }) });
  const opened: Opened = {
    compiled,
    tokenizer,
    prompts,
    anyres,
    view: { compat, tiles },
    runner: await openRunner(compiled, { threads, device, log }),
    imageToken: config.imageToken,
    hidden: config.text.hiddenSize,
    stateLength: await lengthOfStates(checkpoint),
  };
  const revision = tuned ? `${checkpoint.revision}-${tuned.revision}` : checkpoint.revision;
  return createE5v(opened, spaceOf(id, revision, prompts.id, { precision, compat, tiles }, config.text.hiddenSize));
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

/** RMSNorm gives every state a mean square of 1 before it multiplies by its weights: the weights' own length is that of an ordinary state. */
async function lengthOfStates({ tensors }: Checkpoint): Promise<number> {
  const norm = [...tensors.values()].find(({ name }) => renameTensor(name) === `${names.decoder}.norm.weight`);
  if (!norm) throw new AppError('model-invalid', 'The checkpoint has no final norm.');
  return Math.hypot(...(await readFloats(norm)));
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
