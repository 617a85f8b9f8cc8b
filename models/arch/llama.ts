/**
 * @file Llama's decoder, and Mistral's, which is the same network with other defaults. In pieces, because a layer's linear halves run over all
 * sequences at once and its attention over one at a time. Scope paths are the checkpoint's own names.
 * Reference: transformers/models/llama/modeling_llama.py, transformers/models/mistral/modeling_mistral.py
 */
import type { CausalHeads } from '../graph/attention.ts';
import { addResidual, multiply, silu } from '../graph/elementwise.ts';
import type { Value } from '../graph/graph.ts';
import { gemm, linear } from '../graph/linear.ts';
import { rmsNorm } from '../graph/norm.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import type { Vlm } from './architecture.ts';
import { attentionPlans, type DecoderLayers, layerPlans } from './decoder-plans.ts';
import type { Settings } from './settings.ts';

export type LlamaConfig = CausalHeads & {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly mlpSize: number;
  readonly layers: number;
  readonly normEps: number;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  /** The head multiplies by the token embeddings. */
  readonly tiedHead: boolean;
};

/** Longer sequences are not needed by any engine here, and the tables of positions grow with them. */
export const mostTokens = 8192;

/** What LlamaConfig and MistralConfig assume for omitted fields. */
const defaults = {
  llama: { mlpSize: 11008, kvHeads: undefined, positions: 2048 },
  mistral: { mlpSize: 14336, kvHeads: 8, positions: 131072 },
} as const;

export function parseConfig(settings: Settings): LlamaConfig {
  const type = settings.choice('model_type', ['llama', 'mistral'], 'llama');
  const omitted = defaults[type];
  settings.choice('hidden_act', ['silu', 'swish'], 'silu');
  const hiddenSize = settings.count('hidden_size', 4096);
  const heads = settings.count('num_attention_heads', 32);
  const kvHeads = settings.count('num_key_value_heads', settings.get('num_key_value_heads') === null ? heads : (omitted.kvHeads ?? heads));
  if (heads % kvHeads !== 0) throw settings.refused('num_key_value_heads', `a divisor of num_attention_heads (${heads})`, kvHeads);
  const headDim = settings.count('head_dim', hiddenSize / heads);
  if (headDim % 2 !== 0) throw settings.refused('head_dim', 'an even number', headDim);
  const positions = settings.count('max_position_embeddings', omitted.positions);
  return {
    vocabularySize: settings.count('vocab_size', 32000),
    hiddenSize,
    mlpSize: settings.count('intermediate_size', omitted.mlpSize),
    layers: settings.count('num_hidden_layers', 32),
    heads,
    kvHeads,
    headDim,
    ropeTheta: ropeTheta(settings),
    maxTokens: Math.min(positions, mostTokens, type === 'mistral' ? slidingWindow(settings) : Infinity),
    normEps: settings.positive('rms_norm_eps', 1e-6),
    attentionBias: type === 'llama' && settings.flag('attention_bias', false),
    mlpBias: type === 'llama' && settings.flag('mlp_bias', false),
    tiedHead: settings.flag('tie_word_embeddings', false),
  };
}

/** In `rope_parameters` from 5.0 on, before that a field of its own beside `rope_scaling`. */
function ropeTheta(settings: Settings): number {
  const parameters = settings.section('rope_parameters');
  for (const scaling of [parameters, settings.section('rope_scaling')]) {
    if (!scaling) continue;
    scaling.choice(scaling.get('rope_type') === undefined ? 'type' : 'rope_type', ['default'], 'default');
    if ((scaling.get('partial_rotary_factor') ?? 1) !== 1) throw scaling.refused('partial_rotary_factor', '1');
  }
  return (parameters?.get('rope_theta') === undefined ? settings : parameters).positive('rope_theta', 10000);
}

/** A window changes nothing for sequences that fit into it, so it bounds the tokens; null is none. */
function slidingWindow(settings: Settings): number {
  return settings.get('sliding_window') === null ? Infinity : settings.count('sliding_window', 4096);
}

/** What a Llama brings into a vision-language model. `path`: the decoder (`...model`); `tensors`: the whole names of two tables. */
export function llamaDecoder(
  cfg: LlamaConfig,
  path: string,
  tensors: Pick<Vlm['tensors'], 'embedTokens' | 'head'>,
): Pick<Vlm, 'decoderPlans' | 'attentionPlans' | 'attentionFor' | 'normPlan' | 'headPlan' | 'tensors'> {
  const layers = llamaLayers(cfg, `${path}.layers`);
  return {
    decoderPlans: (index, split) => layerPlans(layers, index, split),
    attentionPlans: [attentionPlans(cfg)],
    attentionFor: () => 0,
    normPlan: normPlan(cfg, path),
    headPlan: (firstRow, rows) => headPlan(cfg.hiddenSize, tensors.head, firstRow, rows),
    tensors: { ...tensors, finalNorm: `${path}.norm.weight` },
  };
}

/** The layers below `path` (`...model.layers`). */
function llamaLayers(cfg: LlamaConfig, path: string): DecoderLayers {
  return {
    size: cfg,
    path,
    enter(s, x) {
      const a = rmsNorm(s.at('input_layernorm'), x, cfg.hiddenSize, cfg.normEps);
      return { q: project(s, cfg, 'q_proj', a), ...keysAndValues(s, cfg, a) };
    },
    enterLast(s, x, rows) {
      const a = rmsNorm(s.at('input_layernorm'), x, cfg.hiddenSize, cfg.normEps);
      return { q: project(s, cfg, 'q_proj', s.op('Gather', [a, rows])), ...keysAndValues(s, cfg, a), x: s.op('Gather', [x, rows]) };
    },
    leave: [
      {
        name: 'leave attention',
        takes: ['y', 'x'],
        run(s, { y, x }) {
          const o = linear(s.at('self_attn', 'o_proj'), y, cfg.hiddenSize, cfg.heads * cfg.headDim, { bias: cfg.attentionBias });
          const h = addResidual(s, x, o);
          const m = rmsNorm(s.at('post_attention_layernorm'), h, cfg.hiddenSize, cfg.normEps);
          return { h, m, gate: silu(s.at('mlp'), intoMlp(s, cfg, 'gate_proj', m)) };
        },
      },
      {
        name: 'up',
        takes: ['m', 'gate'],
        run: (s, { m, gate }) => ({ act: multiply(s.at('mlp'), gate, intoMlp(s, cfg, 'up_proj', m)) }),
      },
      {
        name: 'leave MLP',
        takes: ['h', 'act'],
        run: (s, { h, act }) => ({
          x: addResidual(s, h, linear(s.at('mlp', 'down_proj'), act, cfg.hiddenSize, cfg.mlpSize, { bias: cfg.mlpBias })),
        }),
      },
    ],
  };
}

function keysAndValues(s: Scope, cfg: LlamaConfig, a: Value): { k: Value; v: Value } {
  return { k: project(s, cfg, 'k_proj', a), v: project(s, cfg, 'v_proj', a) };
}

function project(s: Scope, cfg: LlamaConfig, name: 'q_proj' | 'k_proj' | 'v_proj', x: Value): Value {
  const width = (name === 'q_proj' ? cfg.heads : cfg.kvHeads) * cfg.headDim;
  return linear(s.at('self_attn', name), x, width, cfg.hiddenSize, { bias: cfg.attentionBias });
}

/** m [T, hidden] -> [T, mlp] */
function intoMlp(s: Scope, cfg: LlamaConfig, name: 'gate_proj' | 'up_proj', m: Value): Value {
  return linear(s.at('mlp', name), m, cfg.mlpSize, cfg.hiddenSize, { bias: cfg.mlpBias });
}

/** x [n, hidden] -> hidden [n, hidden]. `path`: the decoder (`...model`). */
export function normPlan(cfg: Pick<LlamaConfig, 'hiddenSize' | 'normEps'>, path: string): StagePlan {
  return {
    name: 'norm',
    build(s) {
      const x = s.graph.input('x', 'float32', ['n', cfg.hiddenSize]);
      output(s, 'hidden', rmsNorm(s.at(path, 'norm'), x, cfg.hiddenSize, cfg.normEps), ['n', cfg.hiddenSize]);
    },
  };
}

/** hidden [n, hidden] -> logits [n, rows] of the tokens from firstRow on, by rows of the head's `tensor`. */
export function headPlan(hiddenSize: number, tensor: string, firstRow: number, rows: number): StagePlan {
  return {
    name: `head, tokens ${firstRow} to ${firstRow + rows - 1}`,
    build(s) {
      const { compute } = s.graph.options;
      const hidden = s.graph.input('hidden', 'float32', ['n', hiddenSize]);
      const weight = s.weightRows(tensor, firstRow, rows, hiddenSize);
      output(s, 'logits', gemm(s, s.cast(hidden, compute), s.cast(weight, compute)), ['n', rows]);
    },
  };
}

/** Below the scope of the language model. */
export function headTensor(cfg: LlamaConfig): string {
  return cfg.tiedHead ? 'model.embed_tokens.weight' : 'lm_head.weight';
}
