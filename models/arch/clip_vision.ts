/**
 * @file CLIP's vision transformer, as far as the hidden states of a layer. Scope paths are the checkpoint's names below `vision_model`.
 * Reference: transformers/models/clip/modeling_clip.py (CLIPVisionTransformer)
 */
import { reshape, transpose } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import { layerNorm } from '../graph/norm.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import { type EncoderConfig, encoderLayer, parseEncoder } from './encoder-layer.ts';
import type { Settings } from './settings.ts';

export type ClipVisionConfig = EncoderConfig & {
  readonly channels: number;
  readonly imageSize: number;
  readonly patchSize: number;
  /** Patches of a side of the square. */
  readonly grid: number;
  /** The class token and the patches: 1 + grid * grid. */
  readonly tokens: number;
};

/** Omitted fields take the defaults of CLIPVisionConfig (ViT-B/32). */
export function parseConfig(settings: Settings): ClipVisionConfig {
  const imageSize = settings.count('image_size', 224);
  const patchSize = settings.count('patch_size', 32);
  const grid = Math.floor(imageSize / patchSize);
  if (grid < 1) throw settings.refused('patch_size', `a number up to image_size (${imageSize})`, patchSize);
  return {
    ...parseEncoder(settings, { hiddenSize: 768, mlpSize: 3072, layers: 12, heads: 12, normEps: 1e-5, activation: 'quick_gelu' }),
    ...{ channels: settings.count('num_channels', 3), imageSize, patchSize, grid, tokens: 1 + grid * grid },
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
