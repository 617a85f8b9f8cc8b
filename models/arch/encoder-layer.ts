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
  const { hiddenSize, tokens } = cfg;
  return reshape(s, encoderRows(s, cfg, reshape(s, x, [-1, hiddenSize]), { tokens }), [-1, tokens, hiddenSize]);
}

/** What a token sees, and with `pick` which of the rows are wanted: one of each picture or text, [n * tokens, hidden] -> [n, hidden]. */
export type Sight = { readonly tokens: number | Value; readonly mask?: Value; readonly pick?: (rows: Value) => Value };

/** x [n * tokens, hidden] -> [n * tokens, hidden], or with `pick` [n, hidden]: what nobody reads of the last layer is not computed. */
export function encoderRows(s: Scope, cfg: EncoderSize, x: Value, { tokens, mask, pick }: Sight): Value {
  const { hiddenSize: hidden, heads, headDim, normEps } = cfg;
  const attention = s.at('self_attn');
  const project = (name: string, rows: Value): Value => linear(attention.at(name), rows, hidden, hidden, { bias: true });
  const wanted = (rows: Value): Value => (pick ? pick(rows) : rows);

  const normed = layerNorm(s.at('layer_norm1'), x, hidden, normEps);
  const [q, k, v] = [project('q_proj', wanted(normed)), project('k_proj', normed), project('v_proj', normed)];
  const mixed = fullAttention(attention, { heads, headDim, tokens, ...(pick && { queries: 1 }) }, { q, k, v, mask });
  const attended = addResidual(s, wanted(x), project('out_proj', mixed));
  return addResidual(s, attended, mlp(s.at('mlp'), cfg, layerNorm(s.at('layer_norm2'), attended, hidden, normEps)));
}

/** x [n * tokens, hidden] -> of each the row that the last layer's `pick` takes, [n, hidden]; with no `pick`, all. `s` holds the layers. */
export function encoder(s: Scope, cfg: EncoderConfig, x: Value, all: Sight, last: Sight = all): Value {
  let rows = x;
  for (let index = 0; index < cfg.layers; index++) rows = encoderRows(s.at(index), cfg, rows, index < cfg.layers - 1 ? all : last);
  return rows;
}

/** x [rows, hidden] -> [rows, hidden] */
export function mlp(s: Scope, { hiddenSize, mlpSize, activation }: EncoderSize, x: Value): Value {
  const inner = linear(s.at('fc1'), x, mlpSize, hiddenSize, { bias: true });
  return linear(s.at('fc2'), activations[activation](s, inner), hiddenSize, mlpSize, { bias: true });
}

/** Row `place` of each picture or text: rows [n * tokens, hidden] -> [n, hidden] */
export function rowAt(s: Scope, { tokens, hiddenSize }: { tokens: number; hiddenSize: number }, rows: Value, place: number): Value {
  return s.op('Gather', [reshape(s, rows, [-1, tokens, hiddenSize]), s.constant('int64', place)], { attributes: { axis: 1 } });
}
