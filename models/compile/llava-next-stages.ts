/**
 * @file LLaVA-NeXT cut into stages. T = tokens of all sequences of a batch, one after the other without padding; n = pictures' tiles, or
 * sequences; S = new tokens of one sequence, P = those before. Everything is float32 but `rows` (int64), `seqlens_k` and `total` (int32).
 */
import { embeddings, encoderLayer } from '../arch/clip_vision.ts';
import { enter, enterLast, finalNorm, gatedUp, head, leaveAttention, leaveMlp } from '../arch/llama.ts';
import { type LlavaNextConfig, names, projector } from '../arch/llava_next.ts';
import type { CausalInputs, CausalResult } from '../graph/attention.ts';
import { fitsGroupQueryAttention, groupQueryAttention, plainCausalAttention } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import type { Scope } from '../graph/scope.ts';
import { output, type StagePlan } from './stage.ts';

/**
 * The first: pixel_values [n, channels, s, s] -> x [n, tokens, hidden]. Then a stage per encoder layer, x -> x.
 * The last: x -> features [n, grid * grid, H].
 */
export function visionPlans(cfg: LlavaNextConfig): StagePlan[] {
  const { vision, text } = cfg;
  const shape = ['n', vision.tokens, vision.hiddenSize];
  const layers = Array.from({ length: cfg.visionLayers }, (_, index) => ({
    name: `vision layer ${index}`,
    build: (s: Scope) => {
      const layer = s.at(names.vision, 'encoder', 'layers', index);
      output(s, 'x', encoderLayer(layer, vision, s.graph.input('x', 'float32', shape)), shape);
    },
  }));
  return [
    {
      name: 'vision patches',
      build(s) {
        const pixels = s.graph.input('pixel_values', 'float32', ['n', vision.channels, vision.imageSize, vision.imageSize]);
        output(s, 'x', embeddings(s.at(names.vision), vision, pixels), shape);
      },
    },
    ...layers,
    {
      name: 'projector',
      build(s) {
        const x = s.graph.input('x', 'float32', shape);
        output(s, 'features', projector(s.at(names.projector), cfg, x), ['n', vision.grid * vision.grid, text.hiddenSize]);
      },
    },
  ];
}

export type LayerPlans = { readonly enter: StagePlan; readonly enterLast: StagePlan; readonly leave: readonly StagePlan[] };

/**
 * enter: x [T, H] -> q [T, heads*d], k, v [T, kv*d]. enterLast: x, rows [n] -> q [n, heads*d], k, v [T, kv*d], x [n, H].
 * leave: y [T, heads*d], x [T, H] -> x [T, H]; in three stages with h, m [T, H] and gate, act [T, mlp] between them if `split`,
 * so that the float32 casts of the MLP's matrices are in memory one at a time.
 */
export function decoderPlans({ text: cfg }: LlavaNextConfig, index: number, split: boolean): LayerPlans {
  const layer = (s: Scope): Scope => s.at(names.decoder, 'layers', index);
  const wide = cfg.heads * cfg.headDim;
  const narrow = cfg.kvHeads * cfg.headDim;
  const inputs = (s: Scope) => ({
    y: s.graph.input('y', 'float32', ['T', wide]),
    x: s.graph.input('x', 'float32', ['T', cfg.hiddenSize]),
  });
  const plan = (part: string, build: (s: Scope) => void): StagePlan => ({ name: `decoder layer ${index} ${part}`, build });

  return {
    enter: plan('enter', (s) => {
      const { q, k, v } = enter(layer(s), cfg, s.graph.input('x', 'float32', ['T', cfg.hiddenSize]));
      output(s, 'q', q, ['T', wide]);
      output(s, 'k', k, ['T', narrow]);
      output(s, 'v', v, ['T', narrow]);
    }),
    enterLast: plan('enter for last tokens', (s) => {
      const all = s.graph.input('x', 'float32', ['T', cfg.hiddenSize]);
      const { q, k, v, x } = enterLast(layer(s), cfg, all, s.graph.input('rows', 'int64', ['n']));
      output(s, 'q', q, ['n', wide]);
      output(s, 'k', k, ['T', narrow]);
      output(s, 'v', v, ['T', narrow]);
      output(s, 'x', x, ['n', cfg.hiddenSize]);
    }),
    leave: split
      ? [
          plan('leave attention', (s) => {
            const { y, x } = inputs(s);
            const { h, m, gate } = leaveAttention(layer(s), cfg, y, x);
            output(s, 'h', h, ['T', cfg.hiddenSize]);
            output(s, 'm', m, ['T', cfg.hiddenSize]);
            output(s, 'gate', gate, ['T', cfg.mlpSize]);
          }),
          plan('up', (s) => {
            const m = s.graph.input('m', 'float32', ['T', cfg.hiddenSize]);
            const gate = s.graph.input('gate', 'float32', ['T', cfg.mlpSize]);
            output(s, 'act', gatedUp(layer(s), cfg, m, gate), ['T', cfg.mlpSize]);
          }),
          plan('leave MLP', (s) => {
            const h = s.graph.input('h', 'float32', ['T', cfg.hiddenSize]);
            const act = s.graph.input('act', 'float32', ['T', cfg.mlpSize]);
            output(s, 'x', leaveMlp(layer(s), cfg, h, act), ['T', cfg.hiddenSize]);
          }),
        ]
      : [
          plan('leave', (s) => {
            const { y, x } = inputs(s);
            const { h, m, gate } = leaveAttention(layer(s), cfg, y, x);
            output(s, 'x', leaveMlp(layer(s), cfg, h, gatedUp(layer(s), cfg, m, gate)), ['T', cfg.hiddenSize]);
          }),
        ],
  };
}

/**
 * One sequence, or a chunk of one: q [1, S, heads*d], k, v [1, S, kv*d], past_k, past_v [1, kv, P, d], seqlens_k [1] = P + S - 1, total = P + S
 * -> y [1, S, heads*d], present_k, present_v [1, kv, P + S, d]. Heads of a size that `gqa` cannot take are attended plainly.
 */
export function attentionPlan({ text: cfg }: LlavaNextConfig, form: 'gqa' | 'plain'): StagePlan {
  return {
    name: `attention (${form})`,
    build(s) {
      const inputs = causalInputs(s, cfg, 'S');
      const seqlensK = s.graph.input('seqlens_k', 'int32', [1]);
      const own = form === 'gqa' && fitsGroupQueryAttention(cfg);
      const result = own ? groupQueryAttention(s, cfg, { ...inputs, seqlensK }) : plainCausalAttention(s, cfg, inputs);
      causalOutputs(s, cfg, 'S', result);
    },
  };
}

/** As `attentionPlan`, but q [1, 1, heads*d] is that of the last token, which alone is answered: y [1, 1, heads*d]. No seqlens_k. */
export function attentionLastPlan({ text: cfg }: LlavaNextConfig): StagePlan {
  return {
    name: 'attention of the last token',
    build(s) {
      causalOutputs(s, cfg, 1, plainCausalAttention(s, cfg, causalInputs(s, cfg, 1), { last: true }));
    },
  };
}

type Heads = LlavaNextConfig['text'];

function causalInputs(s: Scope, { heads, kvHeads, headDim }: Heads, queries: 'S' | 1): CausalInputs {
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

function causalOutputs(s: Scope, { heads, kvHeads, headDim }: Heads, queries: 'S' | 1, result: CausalResult): void {
  output(s, 'y', result.y, [1, queries, heads * headDim]);
  output(s, 'present_k', result.presentK, [1, kvHeads, 'P + S', headDim]);
  output(s, 'present_v', result.presentV, [1, kvHeads, 'P + S', headDim]);
}

/** x [n, H] -> hidden [n, H] */
export function normPlan({ text: cfg }: LlavaNextConfig): StagePlan {
  return {
    name: 'norm',
    build(s) {
      const x = s.graph.input('x', 'float32', ['n', cfg.hiddenSize]);
      output(s, 'hidden', finalNorm(s.at(names.decoder), cfg, x), ['n', cfg.hiddenSize]);
    },
  };
}

/** hidden [n, H] -> logits [n, rows] */
export function headPlan({ text: cfg }: LlavaNextConfig, firstRow: number, rows: number): StagePlan {
  return {
    name: `head, tokens ${firstRow} to ${firstRow + rows - 1}`,
    build(s) {
      const hidden = s.graph.input('hidden', 'float32', ['n', cfg.hiddenSize]);
      output(s, 'logits', head(s.at(names.text), cfg, hidden, firstRow, rows), ['n', rows]);
    },
  };
}
