/**
 * @file A vision-language checkpoint as stages that a runner can execute. Weights stay in the checkpoint's files; only int8 and int4 write a
 * side file for the decoder's products. The vision tower runs in float32, or float16 with precision fp16.
 */
import { AppError } from '../../core/api/errors.ts';
import type { LayerPlans, Vlm } from '../arch/architecture.ts';
import { openVlm } from '../arch/index.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { readRows } from '../checkpoint/floats.ts';
import type { Adapter } from '../checkpoint/lora.ts';
import type { StoredTensor } from '../checkpoint/tensors.ts';
import { rowsOf } from '../checkpoint/tensors.ts';
import type { GraphOptions, WeightSource } from '../graph/graph.ts';
import { type Account, openAccount } from './account.ts';
import { requireHalfRange } from './half-range.ts';
import { quantised, type SideFile } from './quantise.ts';
import { buildGraph, type Stage, stageOf } from './stage.ts';
import { wholeDecoder, wholeTower } from './whole.ts';

export type Precision = 'exact' | 'int8' | 'int4' | 'fp16';

/** `leave` together answers the layer's result. See arch/decoder-plans.ts for the shapes. */
export type DecoderLayer = { readonly enter: Stage; readonly enterLast: Stage; readonly leave: readonly Stage[] };

export type CompiledVlm = {
  readonly model: Vlm;
  readonly precision: Precision;
  readonly vision: readonly Stage[];
  readonly decoder: readonly DecoderLayer[];
  /** The decoder's weights become float32 on every run (BF16), not when a session is opened (F16) or before (F32, int8, int4). */
  readonly widensOnRun: boolean;
  /** `table`: of rotary positions, see `Vlm.attentionFor`. */
  attention(form: 'gqa' | 'plain', table: number): Stage;
  attentionLast(table: number): Stage;
  readonly norm: Stage;
  /** The same as two graphs, for models that are small. */
  readonly whole: { tower(): Stage; decoder(form: 'gqa' | 'plain', table: number): Stage };
  /** The logits of the tokens `firstRow` to `firstRow + rows - 1`. */
  head(firstRow: number, rows: number): Stage;
  /** [n, hidden], row by row from the file. Throws 'bad-request' for an id without a row, as a picture's token may be. */
  embed(ids: ArrayLike<number>): Promise<Float32Array>;
  /** [hidden] of the norm that the last hidden state has passed. */
  readonly finalNorm: StoredTensor;
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
export async function compileVlm(checkpoint: Checkpoint, options: CompileOptions): Promise<CompiledVlm> {
  const model = openVlm(checkpoint);
  const { precision, adapter } = options;
  const layers = Array.from({ length: model.text.layers }, (_, index) => model.decoderPlans(index, precision === 'exact'));
  const account = openAccount(checkpoint.tensors, adapter, model);
  const { quantisable, ...own } = settle(model, layers, account);

  if (precision === 'fp16') await requireHalfRange(own.inGraphs, options);
  const side =
    precision === 'int8' || precision === 'int4' ? await sideFile(checkpoint, quantisable, account, precision, options) : undefined;

  const float: GraphOptions = { weights: account.source, linear: 'float', compute: precision === 'fp16' ? 'float16' : 'float32' };
  const decoder: GraphOptions = side
    ? { weights: withSideFile(account.source, side), linear: precision === 'int4' ? 'int4' : 'int8', compute: 'float32' }
    : float;
  const tables = (table: number) => {
    const plans = model.attentionPlans[table];
    if (!plans) throw new AppError('internal', `${model.modelType} has no table ${table} of positions.`);
    return plans;
  };
  return {
    model,
    precision,
    vision: model.visionPlans.map((plan) => stageOf(plan, float)),
    decoder: layers.map(({ enter, enterLast, leave }) => ({
      enter: stageOf(enter, decoder),
      enterLast: stageOf(enterLast, decoder),
      leave: leave.map((plan) => stageOf(plan, decoder)),
    })),
    widensOnRun: !side && [...quantisable.values()].some(({ dtype }) => dtype === 'BF16'),
    attention: (form, table) => stageOf(tables(table).attention(form), float),
    attentionLast: (table) => stageOf(tables(table).last, float),
    norm: stageOf(model.normPlan, float),
    whole: {
      tower: () => stageOf(wholeTower(model), float),
      decoder: (form, table) => stageOf(wholeDecoder(model, layers, form, table), decoder),
    },
    head: (firstRow, rows) => stageOf(model.headPlan(firstRow, rows), float),
    embed: (ids) => embed(own.embedTokens, ids),
    finalNorm: own.finalNorm,
    notes: own.notes,
  };
}

type Settled = {
  readonly embedTokens: StoredTensor;
  readonly finalNorm: StoredTensor;
  /** All that graphs multiply by, the head included. */
  readonly inGraphs: readonly StoredTensor[];
  /** Of the decoder's layers, by canonical name. */
  readonly quantisable: ReadonlyMap<string, StoredTensor>;
  readonly notes: readonly string[];
};

/** Builds every graph once in its float form, which names each tensor with its shape, and closes the account. */
function settle({ text, visionPlans, normPlan, tensors }: Vlm, plans: readonly LayerPlans[], account: Account): Settled {
  const options: GraphOptions = { weights: account.source, linear: 'float', compute: 'float32' };
  const graphs = [...visionPlans, normPlan].map((plan) => buildGraph(plan, options));
  const layers = plans.flatMap(({ enter, enterLast, leave }) => [enter, enterLast, ...leave].map((plan) => buildGraph(plan, options)));
  const embedTokens = account.use(tensors.embedTokens, [text.vocabularySize, text.hiddenSize]);
  const head = account.use(tensors.head, [text.vocabularySize, text.hiddenSize]);
  const notes = account.settle();
  const finalNorm = account.tensor(tensors.finalNorm);
  if (!embedTokens || !head || !finalNorm) throw new Error('A settled account has every tensor that it was asked for.');

  const linears = new Set(layers.flatMap((graph) => [...graph.linears]));
  const named = (all: Iterable<string>): Map<string, StoredTensor> => {
    const found = [...all].map((name) => [name, account.tensor(name)] as const);
    return new Map(found.filter((entry): entry is [string, StoredTensor] => entry[1] !== undefined));
  };
  const inGraphs = [...named([...graphs, ...layers].flatMap((graph) => [...graph.weights.keys()])).values(), head];
  return { embedTokens, finalNorm, inGraphs, quantisable: named(linears), notes };
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
