/**
 * @file Sequences through the decoder, to the last token's state.
 *
 * [Note: ragged batches] The tokens of all sequences lie one after the other in one matrix. Norms, projections and MLPs do not know where a
 * sequence ends, so they run over all rows at once; attention runs sequence by sequence. Nothing is ever padded: no row is computed for
 * nothing, no mask is needed, and a sequence's numbers do not depend on its neighbours. Within a sequence queries go in chunks over a growing
 * past, so that the matrix of scores stays bounded and the upper triangle above a chunk is never computed.
 *
 * [Note: last tokens] Only the last token's state is wanted. The last layer therefore computes keys and values of all tokens, but queries,
 * attention output and MLP of the last tokens alone.
 */
import { AppError } from '../../core/api/errors.ts';
import type { Stage } from '../compile/stage.ts';
import { createKvKeeper, type KvCache, type KvKeeper, type LayerCache, releaseLayer } from './kv-cache.ts';
import { blocksOf, giveBack, matrix, type RunStage, rowsOf, type Tensors } from './stage-run.ts';

export type Sequence = {
  /** [tokens, hidden], at least one token. */
  readonly embeds: Float32Array;
  /** What came before these tokens. */
  readonly past?: KvCache;
  /** Answer the cache of the first `keep` tokens, past included. */
  readonly keep?: number;
  /** Takes the rotary positions of a sequence of so many tokens; its own length if absent. With a past, those that the past was made with. */
  readonly positionsFor?: number;
};

export type LastHidden = {
  /** [sequences, hidden], after the final norm. */
  readonly hidden: Float32Array;
  readonly kept: readonly (KvCache | undefined)[];
};

/** The decoder's stages and sizes, a part of `CompiledVlm`. */
export type Decoder = {
  readonly hidden: number;
  /** The longest sequence that it has positions for. */
  readonly maxTokens: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly layers: readonly { readonly enter: Stage; readonly enterLast: Stage; readonly leave: readonly Stage[] }[];
  /** For each table of rotary positions. */
  readonly attention: readonly { readonly all: Stage; readonly last: Stage }[];
  attentionFor(tokens: number): number;
  readonly norm: Stage;
  readonly rowsAtOnce: RowsAtOnce;
};

/** Rows of the ragged matrices that pass the stages which begin and end a layer at once. */
export type RowsAtOnce = { readonly enter: number; readonly leave: number };

/**
 * Weights that are widened on every run want few runs; what bounds them is the MLP, whose intermediate values, 14,336 wide, take 68 MB each
 * beside 300 MB of widened weights.
 */
export const rowsOfWidened: RowsAtOnce = { enter: Number.MAX_SAFE_INTEGER, leave: 1200 };

/**
 * A product lays weights that it is fed with out anew in every run, which takes as long as fifteen rows; and of too many rows none stays in the
 * processor's cache. At 4,096 x 14,336, blocks of 470 to 780 rows are 4 to 12 % faster than 2,340 at once.
 */
export const rowsOfFed: RowsAtOnce = { enter: 640, leave: 640 };

/** Weights that lie ready want small blocks: what these need is taken from memory that was just used, a fifth to two fifths of the time. */
export const rowsOfReady: RowsAtOnce = { enter: 256, leave: 256 };

/** Queries that attend at once: 32 heads of 512 queries over 3,000 keys are 200 MB of scores. */
export const attentionChunk = 512;

type Span = {
  /** First row in the ragged matrices. */
  readonly first: number;
  readonly tokens: number;
  readonly past: KvCache | undefined;
  readonly keeper: KvKeeper | undefined;
  readonly attention: Decoder['attention'][number];
};

/** Neighbouring sequences together as far as they have no more than `budget` tokens. */
export function groupByTokens(sequences: readonly Sequence[], hidden: number, budget: number): Sequence[][] {
  const groups: Sequence[][] = [];
  let tokens = Number.POSITIVE_INFINITY;
  for (const sequence of sequences) {
    tokens += sequence.embeds.length / hidden;
    if (tokens > budget) {
      groups.push([]);
      tokens = sequence.embeds.length / hidden;
    }
    groups.at(-1)?.push(sequence);
  }
  return groups;
}

/** How many stages `runDecoder` runs for these sequences. */
export function decoderRuns({ layers, hidden, rowsAtOnce }: Decoder, sequences: readonly Sequence[]): number {
  const lengths = sequences.map(({ embeds }) => embeds.length / hidden);
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const chunks = lengths.reduce((sum, length) => sum + blocksOf(length, attentionChunk).length, 0);
  const leaves = (count: number, stages: readonly Stage[]) => stages.length * blocksOf(count, rowsAtOnce.leave).length;
  const enters = blocksOf(rows, rowsAtOnce.enter).length;
  const perLayer = layers.map(({ leave }, index) =>
    index < layers.length - 1 ? enters + chunks + leaves(rows, leave) : 1 + sequences.length + leaves(sequences.length, leave),
  );
  return perLayer.reduce((sum, runs) => sum + runs, 1);
}

export async function runDecoder(decoder: Decoder, sequences: readonly Sequence[], run: RunStage): Promise<LastHidden> {
  const spans = spansOf(decoder, sequences);
  let x = concatenated(sequences.map(({ embeds }) => embeds));
  for (const [index, { enter, enterLast, leave }] of decoder.layers.entries()) {
    const isLast = index === decoder.layers.length - 1;
    const before = x;
    x = isLast
      ? await lastLayer(decoder, { enterLast, leave }, index, spans, x, run)
      : await innerLayer(decoder, { enter, leave }, index, spans, x, run);
    // The first ones are the caller's.
    if (index > 0) giveBack(before);
  }
  const { hidden } = await run(decoder.norm, { x: matrix(x, spans.length) }, ['hidden']);
  return { hidden, kept: spans.map(({ keeper }) => keeper?.cache()) };
}

/** x [rows, hidden] -> x [rows, hidden] */
async function innerLayer(
  decoder: Decoder,
  layer: { enter: Stage; leave: readonly Stage[] },
  index: number,
  spans: readonly Span[],
  x: Float32Array,
  run: RunStage,
): Promise<Float32Array> {
  const rows = x.length / decoder.hidden;
  const { q, k, v } = await enterLayer(decoder, layer.enter, x, rows, run);
  const width = q.length / rows;
  for (const span of spans) {
    let present = pastOf(span, index);
    let tokens = span.past?.tokens ?? 0;
    for (const { first, count } of blocksOf(span.tokens, attentionChunk)) {
      const queries = rowsOf(q, width, span.first + first, count);
      tokens += count;
      const answer = await run(
        span.attention.all,
        {
          q: { data: queries, shape: [1, count, width] },
          ...newTokens(decoder, k, v, span.first + first, count),
          ...pastTensors(decoder, present),
          seqlens_k: { data: Int32Array.of(tokens - 1), shape: [1] },
          total: { data: Int32Array.of(tokens), shape: [] },
        },
        ['y', 'present_k', 'present_v'],
      );
      // These queries are done with, and the result is of their size.
      queries.set(answer.y);
      giveBack(answer.y);
      if (first > 0) releaseLayer(present);
      present = { k: answer.present_k, v: answer.present_v };
    }
    span.keeper?.add(present);
    releaseLayer(present);
  }
  releaseLayer({ k, v });
  return leaveLayer(decoder, layer.leave, q, x, rows, run);
}

/** x [rows, hidden] -> x [sequences, hidden]. See [Note: last tokens]. */
async function lastLayer(
  decoder: Decoder,
  layer: { enterLast: Stage; leave: readonly Stage[] },
  index: number,
  spans: readonly Span[],
  x: Float32Array,
  run: RunStage,
): Promise<Float32Array> {
  const last = BigInt64Array.from(spans, ({ first, tokens }) => BigInt(first + tokens - 1));
  const tensors = { x: matrix(x, x.length / decoder.hidden), rows: { data: last, shape: [spans.length] } };
  const { q, k, v, x: residual } = await run(layer.enterLast, tensors, ['q', 'k', 'v', 'x']);
  const width = q.length / spans.length;
  for (const [row, span] of spans.entries()) {
    const query = rowsOf(q, width, row, 1);
    const answer = await run(
      span.attention.last,
      {
        q: { data: query, shape: [1, 1, width] },
        ...newTokens(decoder, k, v, span.first, span.tokens),
        ...pastTensors(decoder, pastOf(span, index)),
        total: { data: Int32Array.of((span.past?.tokens ?? 0) + span.tokens), shape: [] },
      },
      ['y', 'present_k', 'present_v'],
    );
    query.set(answer.y);
    const present = { k: answer.present_k, v: answer.present_v };
    span.keeper?.add(present);
    releaseLayer(present);
  }
  releaseLayer({ k, v });
  return leaveLayer(decoder, layer.leave, q, residual, spans.length, run);
}

type Projected = { readonly q: Float32Array; readonly k: Float32Array; readonly v: Float32Array };

/** x [rows, hidden] -> q, k, v [rows, ...], a block of rows at a time. */
async function enterLayer(decoder: Decoder, stage: Stage, x: Float32Array, rows: number, run: RunStage): Promise<Projected> {
  const { q, k, v } = await runInBlocks(stage, new Map([['x', x]]), rows, decoder.rowsAtOnce.enter, run);
  if (!q || !k || !v) throw new AppError('internal', `The stage ${stage.name} answered no "q", "k" and "v".`);
  return { q, k, v };
}

/**
 * Attention's y and the residual x, [rows, ...] each, through projection and MLP: all rows pass a stage, a block at a time, before the next one
 * is opened.
 */
async function leaveLayer(
  { rowsAtOnce }: Decoder,
  stages: readonly Stage[],
  y: Float32Array,
  x: Float32Array,
  rows: number,
  run: RunStage,
): Promise<Float32Array> {
  let values = new Map([
    ['y', y],
    ['x', x],
  ]);
  for (const [at, stage] of stages.entries()) {
    const wanted = new Set(stages.slice(at + 1).flatMap(({ inputs }) => inputs));
    const done = [...values].filter(([name, data]) => !wanted.has(name) && data !== x).map(([, data]) => data);
    const results = Object.entries(await runInBlocks(stage, values, rows, rowsAtOnce.leave, run, done));
    values = new Map([...[...values].filter(([name]) => wanted.has(name)), ...results]);
    const kept = new Set(values.values());
    for (const data of done) if (!kept.has(data)) giveBack(data);
  }
  const result = values.get('x');
  if (!result || result === x) throw new AppError('internal', 'The stages that end a layer answered no "x".');
  return result;
}

/** @param done arrays that nobody needs after this stage: results take the place of their rows, a block after the other. */
async function runInBlocks(
  stage: Stage,
  values: ReadonlyMap<string, Float32Array>,
  rows: number,
  rowsAtOnce: number,
  run: RunStage,
  done: readonly Float32Array[] = [],
): Promise<Readonly<Record<string, Float32Array>>> {
  const results: Record<string, Float32Array> = {};
  const free = [...done];
  const roomFor = (length: number): Float32Array => {
    const place = free.findIndex((array) => array.length === length);
    return place < 0 ? new Float32Array(length) : (free.splice(place, 1)[0] as Float32Array);
  };
  for (const { first, count } of blocksOf(rows, rowsAtOnce)) {
    const block = ([name, data]: [string, Float32Array]) => [name, matrix(rowsOf(data, data.length / rows, first, count), count)];
    const tensors: Tensors = Object.fromEntries([...values].filter(([name]) => stage.inputs.includes(name)).map(block));
    const outputs = await run(stage, tensors, stage.outputs);
    if (count === rows) return outputs;
    for (const [name, data] of Object.entries(outputs)) {
      const width = data.length / count;
      results[name] ??= roomFor(width * rows);
      results[name].set(data, first * width);
      giveBack(data);
    }
  }
  return results;
}

function newTokens({ kvHeads, headDim }: Decoder, k: Float32Array, v: Float32Array, first: number, count: number): Tensors {
  const width = kvHeads * headDim;
  const shape = [1, count, width];
  return { k: { data: rowsOf(k, width, first, count), shape }, v: { data: rowsOf(v, width, first, count), shape } };
}

function pastTensors({ kvHeads, headDim }: Decoder, { k, v }: LayerCache): Tensors {
  const shape = [1, kvHeads, k.length / kvHeads / headDim, headDim];
  return { past_k: { data: k, shape }, past_v: { data: v, shape } };
}

function pastOf({ past }: Span, layer: number): LayerCache {
  return past?.layers[layer] ?? { k: new Float32Array(), v: new Float32Array() };
}

function spansOf(decoder: Decoder, sequences: readonly Sequence[]): Span[] {
  let first = 0;
  return sequences.map(({ embeds, past, keep = 0, positionsFor }) => {
    const { tokens, whole } = lengthsOf({ embeds, ...(past && { past }), keep }, { ...decoder, layers: decoder.layers.length });
    const attention = decoder.attention[decoder.attentionFor(positionsFor ?? whole)];
    if (!attention) throw new AppError('internal', `The decoder has no positions for ${positionsFor ?? whole} tokens.`);
    const keeper = keep > 0 ? createKvKeeper(keep, decoder.layers.length, decoder) : undefined;
    const span = { first, tokens, past, keeper, attention };
    first += tokens;
    return span;
  });
}

/** New tokens, and those with the past. Throws 'bad-request' for more than the model reads. */
export function lengthsOf(
  { embeds, past, keep = 0 }: Sequence,
  { hidden, maxTokens, layers }: { readonly hidden: number; readonly maxTokens: number; readonly layers: number },
): { tokens: number; whole: number } {
  const tokens = embeds.length / hidden;
  if (!Number.isInteger(tokens) || tokens < 1)
    throw new AppError('internal', `A sequence of ${embeds.length} values is no whole number of tokens of ${hidden}.`);
  const whole = (past?.tokens ?? 0) + tokens;
  if (whole > maxTokens)
    throw new AppError('bad-request', `A sequence of ${whole} tokens is too long: this model reads at most ${maxTokens}.`);
  if (keep > whole) throw new AppError('internal', `A sequence of ${whole} tokens has no first ${keep} tokens to keep.`);
  if (past && past.layers.length !== layers)
    throw new AppError('internal', `A cache of ${past.layers.length} layers does not fit a model of ${layers}.`);
  return { tokens, whole };
}

/** One after the other; not copied where there is but one. */
function concatenated(parts: readonly Float32Array[]): Float32Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
