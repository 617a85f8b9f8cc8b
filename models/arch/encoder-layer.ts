/**
 * @file The layer of which the encoders of CLIP and SigLIP are made, for pictures and for texts. The scope is the layer itself.
 * Reference: transformers/models/clip/modeling_clip.py (CLIPEncoderLayer), siglip/modeling_siglip.py (SiglipEncoderLayer)
 */
import { fullAttention, reshape } from '../graph/attention.ts';
import { addResidual, gelu, geluTanh, quickGelu } from '../graph/elementwise.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { layerNorm } from '../graph/norm.ts';
import type { Scope } from '../graph/scope.ts';
import type { Settings } from './settings.ts';

export type EncoderSize = {
  readonly hiddenSize: number;
  readonly mlpSize: number;
  readonly heads: number;
  readonly headDim: number;
  readonly normEps: number;
  readonly activation: Activation;
};

/** By the names that configurations use. */
const activations = { quick_gelu: quickGelu, gelu, gelu_pytorch_tanh: geluTanh, gelu_new: geluTanh } as const;

export type Activation = keyof typeof activations;

/** Of a whole encoder. */
export type EncoderConfig = EncoderSize & { readonly layers: number };

export function parseEncoder(settings: Settings, omitted: Omit<EncoderConfig, 'headDim'>): EncoderConfig {
  const hiddenSize = settings.count('hidden_size', omitted.hiddenSize);
  const heads = settings.count('num_attention_heads', omitted.heads);
  if (hiddenSize % heads !== 0) throw settings.refused('num_attention_heads', `a divisor of hidden_size (${hiddenSize})`, heads);
  return {
    hiddenSize,
    heads,
    headDim: hiddenSize / heads,
    mlpSize: settings.count('intermediate_size', omitted.mlpSize),
    layers: settings.count('num_hidden_layers', omitted.layers),
    normEps: settings.positive('layer_norm_eps', omitted.normEps),
    activation: settings.choice('hidden_act', Object.keys(activations) as Activation[], omitted.activation),
  };
}

/** x [n, tokens, hidden] -> [n, tokens, hidden] */
export function encoderLayer(s: Scope, cfg: EncoderSize & { readonly tokens: number }, x: Value): Value {
  const { hiddenSize: hidden, normEps } = cfg;
  const flat = reshape(s, x, [-1, hidden]);
  const attended = addResidual(s, flat, attention(s.at('self_attn'), cfg, layerNorm(s.at('layer_norm1'), flat, hidden, normEps)));
  const y = addResidual(s, attended, mlp(s.at('mlp'), cfg, layerNorm(s.at('layer_norm2'), attended, hidden, normEps)));
  return reshape(s, y, [-1, cfg.tokens, hidden]);
}

/** x [rows, hidden] -> [rows, hidden] */
export function mlp(s: Scope, { hiddenSize, mlpSize, activation }: EncoderSize, x: Value): Value {
  const inner = linear(s.at('fc1'), x, mlpSize, hiddenSize, { bias: true });
  return linear(s.at('fc2'), activations[activation](s, inner), hiddenSize, mlpSize, { bias: true });
}

/** x [n * tokens, hidden] -> [n * tokens, hidden] */
function attention(s: Scope, cfg: EncoderSize & { readonly tokens: number }, x: Value): Value {
  const project = (name: string, value: Value): Value => linear(s.at(name), value, cfg.hiddenSize, cfg.hiddenSize, { bias: true });
  const [q, k, v] = [project('q_proj', x), project('k_proj', x), project('v_proj', x)];
  return project('out_proj', fullAttention(s, cfg, { q, k, v }));
}
