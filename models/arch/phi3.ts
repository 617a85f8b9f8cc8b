/**
 * @file Phi-3's decoder: Llama's with queries, keys and values in one matrix, gate and up in another, and two tables of rotary positions, one for
 * short and one for long sequences. Scope paths are the checkpoint's own names.
 * Reference: modeling_phi3_v.py and configuration_phi3_v.py of microsoft/Phi-3-vision-128k-instruct
 */
import type { CausalHeads } from '../graph/attention.ts';
import { addResidual, multiply, silu } from '../graph/elementwise.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { rmsNorm } from '../graph/norm.ts';
import type { Scope } from '../graph/scope.ts';
import type { AttentionPlans, DecoderSize } from './architecture.ts';
import { attentionPlans, type DecoderLayers } from './decoder-plans.ts';
import { mostTokens } from './llama.ts';
import type { Settings } from './settings.ts';

export type Phi3Config = DecoderSize & {
  readonly normEps: number;
  /** The head multiplies by the token embeddings. */
  readonly tiedHead: boolean;
  readonly ropeTheta: number;
  /** Absent: one table, as in Llama. */
  readonly longRope: LongRope | undefined;
};

/** Positions that were stretched after the training ("su", later "longrope"). */
export type LongRope = {
  readonly shortFactors: readonly number[];
  readonly longFactors: readonly number[];
  /** Of cosines and sines, in both tables. */
  readonly scale: number;
  /** The longest sequence of the short table. */
  readonly shortTokens: number;
};

/** Omitted fields take the defaults of Phi3VConfig. */
export function parseConfig(settings: Settings): Phi3Config {
  settings.choice('hidden_act', ['silu', 'swish'], 'silu');
  const hiddenSize = settings.count('hidden_size', 3072);
  const heads = settings.count('num_attention_heads', 32);
  const kvHeads = settings.count('num_key_value_heads', heads);
  if (heads % kvHeads !== 0) throw settings.refused('num_key_value_heads', `a divisor of num_attention_heads (${heads})`, kvHeads);
  const headDim = hiddenSize / heads;
  if (headDim % 2 !== 0) throw settings.refused('hidden_size', `an even multiple of num_attention_heads (${heads})`, hiddenSize);
  if ((settings.get('partial_rotary_factor') ?? 1) !== 1) throw settings.refused('partial_rotary_factor', '1');
  const positions = settings.count('max_position_embeddings', 4096);
  // A window changes nothing for sequences that fit into it, so it bounds the tokens.
  const window = settings.count('sliding_window', Number.MAX_SAFE_INTEGER);
  return {
    vocabularySize: settings.count('vocab_size', 32064),
    hiddenSize,
    mlpSize: settings.count('intermediate_size', 8192),
    layers: settings.count('num_hidden_layers', 32),
    heads,
    kvHeads,
    headDim,
    maxTokens: Math.min(positions, mostTokens, window),
    normEps: settings.positive('rms_norm_eps', 1e-5),
    tiedHead: settings.flag('tie_word_embeddings', false),
    ropeTheta: settings.positive('rope_theta', 10000),
    longRope: parseLongRope(settings, positions, headDim / 2),
  };
}

function parseLongRope(settings: Settings, positions: number, frequencies: number): LongRope | undefined {
  const scaling = settings.section('rope_scaling');
  if (!scaling) return undefined;
  scaling.choice(scaling.get('type') === undefined ? 'rope_type' : 'type', ['su', 'longrope'], 'su');
  const factors = (name: string): number[] => {
    const value = scaling.get(name);
    const isFactor = (one: unknown): one is number => typeof one === 'number' && Number.isFinite(one) && one > 0;
    if (Array.isArray(value) && value.length === frequencies && value.every(isFactor)) return value;
    throw scaling.refused(name, `${frequencies} numbers above 0, one for each pair of a head's values`);
  };
  const shortTokens = settings.count('original_max_position_embeddings', 4096);
  const stretch = positions / shortTokens;
  return {
    shortFactors: factors('short_factor'),
    longFactors: factors('long_factor'),
    scale: stretch <= 1 ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(shortTokens)),
    shortTokens,
  };
}

/** The short table and the long one, or the only one. */
export function tablesOf(cfg: Phi3Config): AttentionPlans[] {
  const { longRope } = cfg;
  const heads: CausalHeads = cfg;
  if (!longRope) return [attentionPlans(heads)];
  const { shortFactors, longFactors, scale: ropeScale } = longRope;
  return [
    attentionPlans({ ...heads, ropeFactors: shortFactors, ropeScale }, 'short'),
    attentionPlans({ ...heads, ropeFactors: longFactors, ropeScale }, 'long'),
  ];
}

/** The index in `tablesOf` for a sequence of so many tokens. */
export function tableFor({ longRope }: Phi3Config, tokens: number): number {
  return longRope && tokens > longRope.shortTokens ? 1 : 0;
}

/** The layers below `path` (`...model.layers`). */
export function phi3Layers(cfg: Phi3Config, path: string): DecoderLayers {
  return {
    size: cfg,
    path,
    enter: (s, x) => projected(s, cfg, x),
    enterLast(s, x, rows) {
      const { q, k, v } = projected(s, cfg, x);
      return { q: s.op('Gather', [q, rows]), k, v, x: s.op('Gather', [x, rows]) };
    },
    leave: [
      {
        name: 'leave attention, gate and up',
        takes: ['y', 'x'],
        run(s, { y, x }) {
          const o = linear(s.at('self_attn', 'o_proj'), y, cfg.hiddenSize, cfg.heads * cfg.headDim);
          const h = addResidual(s, x, o);
          const m = rmsNorm(s.at('post_attention_layernorm'), h, cfg.hiddenSize, cfg.normEps);
          const mlp = s.at('mlp');
          const both = linear(mlp.at('gate_up_proj'), m, 2 * cfg.mlpSize, cfg.hiddenSize);
          const [gate, up] = mlp.ops('Split', [both], 2, { attributes: { axis: -1, num_outputs: 2 } }) as [Value, Value];
          return { h, act: multiply(mlp, up, silu(mlp, gate)) };
        },
      },
      {
        name: 'leave MLP',
        takes: ['h', 'act'],
        run: (s, { h, act }) => ({ x: addResidual(s, h, linear(s.at('mlp', 'down_proj'), act, cfg.hiddenSize, cfg.mlpSize)) }),
      },
    ],
  };
}

/** x [T, hidden] -> all rows of q, then of k, then of v stand in the one matrix. */
function projected(s: Scope, cfg: Phi3Config, x: Value): { q: Value; k: Value; v: Value } {
  const [wide, narrow] = [cfg.heads * cfg.headDim, cfg.kvHeads * cfg.headDim];
  const a = rmsNorm(s.at('input_layernorm'), x, cfg.hiddenSize, cfg.normEps);
  const own = s.at('self_attn');
  const qkv = linear(own.at('qkv_proj'), a, wide + 2 * narrow, cfg.hiddenSize);
  const [q, k, v] = own.ops('Split', [qkv, own.constant('int64', [wide, narrow, narrow])], 3, { attributes: { axis: -1 } }) as [
    Value,
    Value,
    Value,
  ];
  return { q, k, v };
}
