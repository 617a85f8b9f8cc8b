/**
 * @file A LLaVA-NeXT checkpoint as stages that a runner can execute. Weights stay in the checkpoint's files; only int8 and int4 write a
 * side file for the decoder's products. The vision tower runs in float32, or float16 with precision fp16.
 */
import { AppError } from '../../core/api/errors.ts';
import { headTensor } from '../arch/llama.ts';
import type { LlavaNextConfig } from '../arch/llava_next.ts';
import { adapterModule, names, parseConfig, renameTensor, unusedReason } from '../arch/llava_next.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { readFloats, readRows } from '../checkpoint/floats.ts';
import type { Adapter } from '../checkpoint/lora.ts';
import type { StoredTensor } from '../checkpoint/tensors.ts';
import { rowsOf } from '../checkpoint/tensors.ts';
import type { GraphOptions, WeightSource } from '../graph/graph.ts';
import { type Account, openAccount } from './account.ts';
import { requireHalfRange } from './half-range.ts';
import { attentionLastPlan, attentionPlan, decoderPlans, headPlan, type LayerPlans, normPlan, visionPlans } from './llava-next-stages.ts';
import { quantised, type SideFile } from './quantise.ts';
import { buildGraph, type Stage, type StagePlan, stageOf } from './stage.ts';

export type Precision = 'exact' | 'int8' | 'int4' | 'fp16';

/** `leave` together answers the layer's result. See llava-next-stages.ts for the shapes. */
export type DecoderLayer = { readonly enter: Stage; readonly enterLast: Stage; readonly leave: readonly Stage[] };

export type CompiledLlavaNext = {
  readonly config: LlavaNextConfig;
  readonly precision: Precision;
  /** Longest sequence that the positions, or the sliding window, allow. */
  readonly maxTokens: number;
  readonly vision: readonly Stage[];
  readonly decoder: readonly DecoderLayer[];
  /** The decoder's weights become float32 on every run (BF16), not when a session is opened (F16) or before (F32, int8, int4). */
  readonly widensOnRun: boolean;
  attention(form: 'gqa' | 'plain'): Stage;
  readonly attentionLast: Stage;
  readonly norm: Stage;
  /** The logits of the tokens `firstRow` to `firstRow + rows - 1`. */
  head(firstRow: number, rows: number): Stage;
  /** Tokens of the vocabulary. */
  readonly headRows: number;
  /** [hidden], put after each row of a picture's patches. */
  readonly newline: Float32Array;
  /** [n, hidden], row by row from the file. Throws 'bad-request' for an id without a row, as a picture's token may be. */
  embed(ids: ArrayLike<number>): Promise<Float32Array>;
  /** Tensors that are left unused on purpose, and why. */
  readonly notes: readonly string[];
};

export type CompileOptions = {
  readonly precision: Precision;
  readonly adapter?: Adapter;
  /** Folder of side files. int8 and int4 need it. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytesDone: number, bytesOf: number) => void;
};

/** Throws 'model-invalid' for what cannot be run: an unsupported option, or weights that do not account for themselves. */
export async function compileLlavaNext(checkpoint: Checkpoint, options: CompileOptions): Promise<CompiledLlavaNext> {
  const { precision, adapter } = options;
  const config = parseConfig(checkpoint.config);
  const plans = plansOf(config, precision);
  const naming = { renameTensor, adapterModule, unusedReason: (name: string) => unusedReason(name, config) };
  const account = openAccount(checkpoint.tensors, adapter, naming);
  const { quantisable, ...own } = settle(config, plans, account);

  if (precision === 'fp16') await requireHalfRange(own.inGraphs, options);
  const side =
    precision === 'int8' || precision === 'int4' ? await sideFile(checkpoint, quantisable, account, precision, options) : undefined;

  const float: GraphOptions = { weights: account.source, linear: 'float', compute: precision === 'fp16' ? 'float16' : 'float32' };
  const decoder: GraphOptions = side
    ? { weights: withSideFile(account.source, side), linear: precision === 'int4' ? 'int4' : 'int8', compute: 'float32' }
    : float;
  return {
    config,
    precision,
    maxTokens: config.text.maxTokens,
    vision: plans.vision.map((plan) => stageOf(plan, float)),
    decoder: plans.decoder.map(({ enter, enterLast, leave }) => ({
      enter: stageOf(enter, decoder),
      enterLast: stageOf(enterLast, decoder),
      leave: leave.map((plan) => stageOf(plan, decoder)),
    })),
    widensOnRun: !side && [...quantisable.values()].some(({ dtype }) => dtype === 'BF16'),
    attention: (form) => stageOf(attentionPlan(config, form), float),
    attentionLast: stageOf(attentionLastPlan(config), float),
    norm: stageOf(plans.norm, float),
    head: (firstRow, rows) => stageOf(headPlan(config, firstRow, rows), float),
    headRows: config.text.vocabularySize,
    newline: await readFloats(own.newline),
    embed: (ids) => embed(own.embedTokens, ids),
    notes: own.notes,
  };
}

type Plans = { readonly vision: readonly StagePlan[]; readonly decoder: readonly LayerPlans[]; readonly norm: StagePlan };

function plansOf(config: LlavaNextConfig, precision: Precision): Plans {
  return {
    vision: visionPlans(config),
    decoder: Array.from({ length: config.text.layers }, (_, index) => decoderPlans(config, index, precision === 'exact')),
    norm: normPlan(config),
  };
}

type Settled = {
  readonly newline: StoredTensor;
  readonly embedTokens: StoredTensor;
  /** All that graphs multiply by, the head included. */
  readonly inGraphs: readonly StoredTensor[];
  /** Of the decoder's layers, by canonical name. */
  readonly quantisable: ReadonlyMap<string, StoredTensor>;
  readonly notes: readonly string[];
};

/** Builds every graph once in its float form, which names each tensor with its shape, and closes the account. */
function settle({ text }: LlavaNextConfig, plans: Plans, account: Account): Settled {
  const options: GraphOptions = { weights: account.source, linear: 'float', compute: 'float32' };
  const graphs = [...plans.vision, plans.norm].map((plan) => buildGraph(plan, options));
  const layers = plans.decoder.flatMap(({ enter, enterLast, leave }) =>
    [enter, enterLast, ...leave].map((plan) => buildGraph(plan, options)),
  );
  const newline = account.use(names.newline, [text.hiddenSize]);
  const embedTokens = account.use(names.embedTokens, [text.vocabularySize, text.hiddenSize]);
  const head = account.use(`${names.text}.${headTensor(text)}`, [text.vocabularySize, text.hiddenSize]);
  const notes = account.settle();
  if (!newline || !embedTokens || !head) throw new Error('A settled account has every tensor that it was asked for.');

  const linears = new Set(layers.flatMap((graph) => [...graph.linears]));
  const named = (all: Iterable<string>): Map<string, StoredTensor> => {
    const found = [...all].map((name) => [name, account.tensor(name)] as const);
    return new Map(found.filter((entry): entry is [string, StoredTensor] => entry[1] !== undefined));
  };
  const inGraphs = [...named([...graphs, ...layers].flatMap((graph) => [...graph.weights.keys()])).values(), head];
  return { newline, embedTokens, inGraphs, quantisable: named(linears), notes };
}

async function sideFile(
  checkpoint: Checkpoint,
  weights: ReadonlyMap<string, StoredTensor>,
  account: Account,
  kind: 'int8' | 'int4',
  { adapter, cache, signal, onProgress }: CompileOptions,
): Promise<SideFile> {
  if (cache === undefined) throw new AppError('bad-request', `Precision ${kind} needs a folder for the quantised weights.`);
  const parts = [...weights].map(([name, tensor]) => {
    const pair = account.pair(name);
    return { name, tensor, ...(pair && adapter && { pair, scale: adapter.scale }) };
  });
  const key = adapter ? `${checkpoint.revision}-${adapter.revision}` : checkpoint.revision;
  return quantised(parts, { kind, cache, key, ...(signal && { signal }), ...(onProgress && { onProgress }) });
}

/** Names with a `#` are forms of a weight in the side file. A pair of the adapter is merged into them. */
function withSideFile(stored: WeightSource, { file, entries }: SideFile): WeightSource {
  return {
    find(name, shape, firstRow) {
      if (!name.includes('#')) return stored.find(name, shape, firstRow);
      const entry = entries.get(name);
      if (!entry || entry.shape.join() !== shape.join())
        throw new AppError('model-invalid', `${file} has no ${name} [${shape.join(', ')}]. Delete it, and it is made anew.`);
      return { type: entry.dtype, shape, file, offset: entry.offset, bytes: entry.bytes };
    },
    lowRank: (name) => stored.lowRank(name),
  };
}

async function embed(tensor: StoredTensor, ids: ArrayLike<number>): Promise<Float32Array> {
  const { rows } = rowsOf(tensor);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (!(id >= 0 && id < rows)) throw new AppError('bad-request', `There is no token ${id}: the model embeds tokens 0 to ${rows - 1}.`);
  }
  return readRows(tensor, ids);
}
