/** @file Sequences through a decoder that is one graph, one after the other: see compile/whole.ts for its inputs and results. */
import type { Stage } from '../compile/stage.ts';
import { type LastHidden, lengthsOf, type Sequence } from './decoder-run.ts';
import { createKvKeeper, type KvCache, type LayerCache, releaseLayer } from './kv-cache.ts';
import { blocksOf, matrix, type RunStage, rowsOf, type Tensors } from './stage-run.ts';

export type WholeDecoder = {
  readonly hidden: number;
  readonly maxTokens: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly layers: number;
  /** For each table of rotary positions. */
  readonly stages: readonly Stage[];
  attentionFor(tokens: number): number;
};

/** Tokens of a sequence that pass at once: nine heads of 1,024 queries over 4,096 keys are 150 MB of scores. */
const chunk = 1024;

/** How many times a graph is run for these sequences. */
export function wholeRuns({ hidden }: WholeDecoder, sequences: readonly Sequence[]): number {
  return sequences.reduce((sum, { embeds }) => sum + blocksOf(embeds.length / hidden, chunk).length, 0);
}

export async function runWhole(decoder: WholeDecoder, sequences: readonly Sequence[], run: RunStage): Promise<LastHidden> {
  const lengths = sequences.map((sequence) => lengthsOf(sequence, decoder));
  const hidden = new Float32Array(sequences.length * decoder.hidden);
  const kept: (KvCache | undefined)[] = [];
  for (const [row, sequence] of sequences.entries()) {
    const { tokens, whole } = lengths[row] as (typeof lengths)[number];
    const answer = await runOne(decoder, sequence, tokens, decoder.attentionFor(sequence.positionsFor ?? whole), run);
    hidden.set(answer.hidden, row * decoder.hidden);
    kept.push(keptOf(decoder, sequence, answer.present));
  }
  return { hidden, kept };
}

type Answer = { readonly hidden: Float32Array; readonly present: readonly LayerCache[] };

/** A chunk after the other; what the last one leaves behind is that of the whole sequence. */
async function runOne(decoder: WholeDecoder, sequence: Sequence, tokens: number, table: number, run: RunStage): Promise<Answer> {
  const stage = decoder.stages[table] as Stage;
  const layers = Array.from({ length: decoder.layers }, (_, index) => index);
  const outputs = ['hidden', ...layers.flatMap((layer) => [`present_k_${layer}`, `present_v_${layer}`])];
  const none = { k: new Float32Array(), v: new Float32Array() };
  let answer: Answer = { hidden: none.k, present: sequence.past?.layers ?? layers.map(() => none) };
  let total = sequence.past?.tokens ?? 0;
  for (const { first, count } of blocksOf(tokens, chunk)) {
    total += count;
    const values: Readonly<Record<string, Float32Array>> = await run(
      stage,
      {
        x: matrix(rowsOf(sequence.embeds, decoder.hidden, first, count), count),
        rows: { data: BigInt64Array.of(BigInt(count - 1)), shape: [1] },
        seqlens_k: { data: Int32Array.of(total - 1), shape: [1] },
        total: { data: Int32Array.of(total), shape: [] },
        ...pastTensors(decoder, answer.present),
      },
      outputs,
    );
    if (first > 0) answer.present.forEach(releaseLayer);
    const present = layers.map((layer) => ({
      k: values[`present_k_${layer}`] as Float32Array,
      v: values[`present_v_${layer}`] as Float32Array,
    }));
    answer = { hidden: values.hidden as Float32Array, present };
  }
  return answer;
}

function pastTensors({ kvHeads, headDim }: WholeDecoder, past: readonly LayerCache[]): Tensors {
  const tensor = (data: Float32Array) => ({ data, shape: [1, kvHeads, data.length / kvHeads / headDim, headDim] });
  return Object.fromEntries(
    past.flatMap(({ k, v }, layer) => [
      [`past_k_${layer}`, tensor(k)],
      [`past_v_${layer}`, tensor(v)],
    ]),
  );
}

/** The first tokens as far as they are to be kept; all the rest is given back. */
function keptOf(decoder: WholeDecoder, { keep = 0 }: Sequence, present: readonly LayerCache[]): KvCache | undefined {
  const keeper = keep > 0 ? createKvKeeper(keep, decoder.layers, decoder) : undefined;
  for (const layer of present) {
    keeper?.add(layer);
    releaseLayer(layer);
  }
  return keeper?.cache();
}
