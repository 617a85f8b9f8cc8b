/**
 * @file CLIP's vision transformer, as far as the hidden states of a layer. Scope paths are the checkpoint's names below `vision_model`.
 * Reference: transformers/models/clip/modeling_clip.py (CLIPVisionTransformer)
 */
import { fullAttention, reshape, transpose } from '../graph/attention.ts';
import { addResidual, gelu, quickGelu } from '../graph/elementwise.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { layerNorm } from '../graph/norm.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import type { Settings } from './settings.ts';

export type ClipVisionConfig = {
  readonly hiddenSize: number;
  readonly mlpSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly headDim: number;
  readonly channels: number;
  readonly imageSize: number;
  readonly patchSize: number;
  /** Patches of a side of the square. */
  readonly grid: number;
  /** The class token and the patches: 1 + grid * grid. */
  readonly tokens: number;
  readonly normEps: number;
  readonly activation: 'quick_gelu' | 'gelu';
};

/** Omitted fields take the defaults of CLIPVisionConfig (ViT-B/32). */
export function parseConfig(settings: Settings): ClipVisionConfig {
  const hiddenSize = settings.count('hidden_size', 768);
  const heads = settings.count('num_attention_heads', 12);
  if (hiddenSize % heads !== 0) throw settings.refused('num_attention_heads', `a divisor of hidden_size (${hiddenSize})`, heads);
  const imageSize = settings.count('image_size', 224);
  const patchSize = settings.count('patch_size', 32);
  const grid = Math.floor(imageSize / patchSize);
  if (grid < 1) throw settings.refused('patch_size', `a number up to image_size (${imageSize})`, patchSize);
  return {
    hiddenSize,
    mlpSize: settings.count('intermediate_size', 3072),
    layers: settings.count('num_hidden_layers', 12),
    heads,
    headDim: hiddenSize / heads,
    channels: settings.count('num_channels', 3),
    imageSize,
    patchSize,
    grid,
    tokens: 1 + grid * grid,
    normEps: settings.positive('layer_norm_eps', 1e-5),
    activation: settings.choice('hidden_act', ['quick_gelu', 'gelu'], 'quick_gelu'),
  };
}

/** pixels [n, channels, imageSize, imageSize] -> hidden states before the first layer [n, tokens, hidden] */
export function embeddings(s: Scope, cfg: ClipVisionConfig, pixels: Value): Value {
  const { compute } = s.graph.options;
  const { hiddenSize: hidden, patchSize: patch } = cfg;
  const e = s.at('embeddings');
  const kernel = e.floats('patch_embedding.weight', compute, hidden, cfg.channels, patch, patch);
  const patches = e.op('Conv', [e.cast(pixels, compute), kernel], {
    attributes: { kernel_shape: [patch, patch], strides: [patch, patch] },
  });
  const rows = e.cast(transpose(e, reshape(e, patches, [0, hidden, -1]), [0, 2, 1]), 'float32');
  const pictures = e.op('Shape', [pixels], { attributes: { start: 0, end: 1 }, type: 'int64' });
  const one = e.op('Concat', [pictures, e.constant('int64', [1, 1])], { attributes: { axis: 0 } });
  const classRow = e.op('Expand', [e.floats('class_embedding', 'float32', hidden), one]);
  const tokens = e.op('Concat', [classRow, rows], { attributes: { axis: 1 } });
  const placed = e.op('Add', [tokens, e.floats('position_embedding.weight', 'float32', cfg.tokens, hidden)]);
  return layerNorm(s.at('pre_layrnorm'), placed, hidden, cfg.normEps);
}

/** x [n, tokens, hidden] -> [n, tokens, hidden] */
export function encoderLayer(s: Scope, cfg: ClipVisionConfig, x: Value): Value {
  const { hiddenSize: hidden } = cfg;
  const flat = reshape(s, x, [-1, hidden]);
  const attended = addResidual(s, flat, attention(s.at('self_attn'), cfg, layerNorm(s.at('layer_norm1'), flat, hidden, cfg.normEps)));
  const mlp = s.at('mlp');
  const inner = linear(mlp.at('fc1'), layerNorm(s.at('layer_norm2'), attended, hidden, cfg.normEps), cfg.mlpSize, hidden, { bias: true });
  const activated = cfg.activation === 'gelu' ? gelu(mlp, inner) : quickGelu(mlp, inner);
  const y = addResidual(s, attended, linear(mlp.at('fc2'), activated, hidden, cfg.mlpSize, { bias: true }));
  return reshape(s, y, [-1, cfg.tokens, hidden]);
}

/** x [n * tokens, hidden] -> [n * tokens, hidden] */
function attention(s: Scope, cfg: ClipVisionConfig, x: Value): Value {
  const project = (name: string, value: Value): Value => linear(s.at(name), value, cfg.hiddenSize, cfg.hiddenSize, { bias: true });
  const [q, k, v] = [project('q_proj', x), project('k_proj', x), project('v_proj', x)];
  return project('out_proj', fullAttention(s, cfg, { q, k, v }));
}

/** The first: pixel_values [n, channels, s, s] -> x [n, tokens, hidden]. Then a stage for each of `layers` encoder layers, x -> x. `path`: the tower's. */
export function layerStages(path: string, cfg: ClipVisionConfig, layers: number): StagePlan[] {
  const shape = ['n', cfg.tokens, cfg.hiddenSize];
  const patches: StagePlan = {
    name: 'vision patches',
    build(s) {
      const pixels = s.graph.input('pixel_values', 'float32', ['n', cfg.channels, cfg.imageSize, cfg.imageSize]);
      output(s, 'x', embeddings(s.at(path), cfg, pixels), shape);
    },
  };
  const encoder = Array.from({ length: layers }, (_, index) => ({
    name: `vision layer ${index}`,
    build: (s: Scope) => {
      const layer = s.at(path, 'encoder', 'layers', index);
      output(s, 'x', encoderLayer(layer, cfg, s.graph.input('x', 'float32', shape)), shape);
    },
  }));
  return [patches, ...encoder];
}
