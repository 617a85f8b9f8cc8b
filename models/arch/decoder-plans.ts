/**
 * @file A decoder cut into stages. T = tokens of all sequences of a batch, one after the other without padding; n = sequences; S = new tokens of
 * one sequence, P = those before. Everything is float32 but `rows` (int64), `seqlens_k` and `total` (int32).
 */
import type { CausalHeads, CausalInputs, CausalResult } from '../graph/attention.ts';
import { fitsGroupQueryAttention, groupQueryAttention, plainCausalAttention } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import type { AttentionPlans, DecoderSize, LayerPlans } from './architecture.ts';

/**
 * What goes between the parts that end a layer: y [T, heads*d] of attention, x [T, H] the residual; h, m [T, H] and gate, act [T, mlp] in between;
 * the last part answers x [T, H].
 */
export type Between = 'y' | 'x' | 'h' | 'm' | 'gate' | 'act';

export type LeavingPart = {
  readonly name: string;
  readonly takes: readonly Between[];
  /** The scope is the layer. `values` has what is in `takes`. */
  readonly run: (layer: Scope, values: Readonly<Record<Between, Value>>) => Partial<Record<Between, Value>>;
};

/** A layer of a decoder. The scopes are the layer. */
export type DecoderLayers = {
  readonly size: DecoderSize;
  /** Path of the layers: `...model.layers`. */
  readonly path: string;
  /** x [T, H] -> q [T, heads*d], k and v [T, kvHeads*d], not yet rotated. */
  readonly enter: (layer: Scope, x: Value) => { q: Value; k: Value; v: Value };
  /** The last layer answers for a few tokens only: `rows` int64 [n] are theirs in x. k and v are of all tokens, q and x of the n. */
  readonly enterLast: (layer: Scope, x: Value, rows: Value) => { q: Value; k: Value; v: Value; x: Value };
  /** Together they end a layer. Cut so that none holds more than a few large matrices. */
  readonly leave: readonly LeavingPart[];
};

/** `split`: a stage for each part of the layer's end, so that the float32 casts of the MLP's matrices are in memory one at a time. */
export function layerPlans({ size, path, enter, enterLast, leave }: DecoderLayers, index: number, split: boolean): LayerPlans {
  const layer = (s: Scope): Scope => s.at(path, index);
  const wide = size.heads * size.headDim;
  const narrow = size.kvHeads * size.headDim;
  const widths: Record<Between, number> = {
    ...{ y: wide, x: size.hiddenSize, h: size.hiddenSize, m: size.hiddenSize },
    ...{ gate: size.mlpSize, act: size.mlpSize },
  };
  const plan = (part: string, build: (s: Scope) => void): StagePlan => ({ name: `decoder layer ${index} ${part}`, build });
  const takenFrom = (s: Scope, names: readonly Between[]) =>
    Object.fromEntries(names.map((name) => [name, s.graph.input(name, 'float32', ['T', widths[name]])])) as Record<Between, Value>;

  return {
    enter: plan('enter', (s) => {
      const { q, k, v } = enter(layer(s), s.graph.input('x', 'float32', ['T', size.hiddenSize]));
      output(s, 'q', q, ['T', wide]);
      output(s, 'k', k, ['T', narrow]);
      output(s, 'v', v, ['T', narrow]);
    }),
    enterLast: plan('enter for last tokens', (s) => {
      const all = s.graph.input('x', 'float32', ['T', size.hiddenSize]);
      const { q, k, v, x } = enterLast(layer(s), all, s.graph.input('rows', 'int64', ['n']));
      output(s, 'q', q, ['n', wide]);
      output(s, 'k', k, ['T', narrow]);
      output(s, 'v', v, ['T', narrow]);
      output(s, 'x', x, ['n', size.hiddenSize]);
    }),
    leave: split
      ? leave.map(({ name, takes, run }) =>
          plan(name, (s) => {
            for (const [between, value] of Object.entries(run(layer(s), takenFrom(s, takes))) as [Between, Value][])
              output(s, between, value, ['T', widths[between]]);
          }),
        )
      : [
          plan('leave', (s) => {
            let values = takenFrom(s, ['y', 'x']);
            for (const { run } of leave) values = { ...values, ...run(layer(s), values) };
            output(s, 'x', values.x, ['T', size.hiddenSize]);
          }),
        ],
  };
}

/**
 * One sequence, or a chunk of one: q [1, S, heads*d], k, v [1, S, kv*d], past_k, past_v [1, kv, P, d], seqlens_k [1] = P + S - 1, total = P + S
 * -> y [1, S, heads*d], present_k, present_v [1, kv, P + S, d]. Heads of a size that `gqa` cannot take are attended plainly.
 * `last`: q [1, 1, heads*d] is that of the last token, which alone is answered: y [1, 1, heads*d]. No seqlens_k.
 * `table`: which rotary positions, for models that have several.
 */
export function attentionPlans(heads: CausalHeads, table = ''): AttentionPlans {
  const suffix = table === '' ? '' : `, ${table} positions`;
  return {
    attention: (form) => ({
      name: `attention (${form}${suffix})`,
      build(s) {
        const inputs = causalInputs(s, heads, 'S');
        const seqlensK = s.graph.input('seqlens_k', 'int32', [1]);
        const own = form === 'gqa' && fitsGroupQueryAttention(heads);
        const result = own ? groupQueryAttention(s, heads, { ...inputs, seqlensK }) : plainCausalAttention(s, heads, inputs);
        causalOutputs(s, heads, 'S', result);
      },
    }),
    last: {
      name: `attention of the last token${suffix}`,
      build(s) {
        causalOutputs(s, heads, 1, plainCausalAttention(s, heads, causalInputs(s, heads, 1), { last: true }));
      },
    },
  };
}

function causalInputs(s: Scope, { heads, kvHeads, headDim }: CausalHeads, queries: 'S' | 1): CausalInputs {
  const input = (name: string, shape: readonly (number | string)[]): Value => s.graph.input(name, 'float32', shape);
  return {
    q: input('q', [1, queries, heads * headDim]),
    k: input('k', [1, 'S', kvHeads * headDim]),
    v: input('v', [1, 'S', kvHeads * headDim]),
    pastK: input('past_k', [1, kvHeads, 'P', headDim]),
    pastV: input('past_v', [1, kvHeads, 'P', headDim]),
    total: s.graph.input('total', 'int32', []),
  };
}

function causalOutputs(s: Scope, { heads, kvHeads, headDim }: CausalHeads, queries: 'S' | 1, result: CausalResult): void {
  output(s, 'y', result.y, [1, queries, heads * headDim]);
  output(s, 'present_k', result.presentK, [1, kvHeads, 'P + S', headDim]);
  output(s, 'present_v', result.presentV, [1, kvHeads, 'P + S', headDim]);
}
