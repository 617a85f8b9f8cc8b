/**
 * @file SigLIP's vision transformer: patches with a bias, positions, no class token. Idefics3 has the same tower. Scope paths are the
 * checkpoint's names below `vision_model`. Reference: transformers/models/siglip/modeling_siglip.py (SiglipVisionTransformer)
 */
import { reshape, transpose } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import { layerNorm } from '../graph/norm.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import { type EncoderConfig, encoderLayer, parseEncoder } from './encoder-layer.ts';
import type { Settings } from './settings.ts';

export type SiglipVisionConfig = EncoderConfig & {
  readonly channels: number;
  readonly imageSize: number;
  readonly patchSize: number;
  /** Patches of a side of the square. */
  readonly grid: number;
  /** Patches: grid * grid. */
  readonly tokens: number;
};

type Omitted = Omit<EncoderConfig, 'headDim'> & { readonly imageSize: number; readonly patchSize: number };

/** Of SiglipVisionConfig (ViT-B/16). */
export const omittedFields: Omitted = {
  ...{ hiddenSize: 768, mlpSize: 3072, layers: 12, heads: 12, imageSize: 224, patchSize: 16 },
  ...{ normEps: 1e-6, activation: 'gelu_pytorch_tanh' },
};

/** @param omitted what stands for omitted fields, where the class is another */
export function parseConfig(settings: Settings, omitted: Omitted = omittedFields): SiglipVisionConfig {
  const imageSize = settings.count('image_size', omitted.imageSize);
  const patchSize = settings.count('patch_size', omitted.patchSize);
  const grid = Math.floor(imageSize / patchSize);
  if (grid < 1) throw settings.refused('patch_size', `a number up to image_size (${imageSize})`, patchSize);
  return {
    ...parseEncoder(settings, omitted),
    ...{ channels: settings.count('num_channels', 3), imageSize, patchSize, grid, tokens: grid * grid },
  };
}

/** pixels [n, channels, imageSize, imageSize] -> hidden states before the first layer [n, tokens, hidden] */
export function embeddings(s: Scope, cfg: SiglipVisionConfig, pixels: Value): Value {
  const { compute } = s.graph.options;
  const { hiddenSize: hidden, patchSize: patch } = cfg;
  const e = s.at('embeddings');
  const kernel = e.floats('patch_embedding.weight', compute, hidden, cfg.channels, patch, patch);
  const patches = e.op('Conv', [e.cast(pixels, compute), kernel, e.floats('patch_embedding.bias', compute, hidden)], {
    attributes: { kernel_shape: [patch, patch], strides: [patch, patch] },
  });
  const rows = e.cast(transpose(e, reshape(e, patches, [0, hidden, -1]), [0, 2, 1]), 'float32');
  return e.op('Add', [rows, e.floats('position_embedding.weight', 'float32', cfg.tokens, hidden)]);
}

/** x [n, tokens, hidden] -> [n, tokens, hidden] of the norm after the last layer. */
export function postNorm(s: Scope, cfg: SiglipVisionConfig, x: Value): Value {
  return layerNorm(s.at('post_layernorm'), x, cfg.hiddenSize, cfg.normEps);
}

/**
 * A stage for each part: pixel_values [n, channels, s, s] -> x [n, tokens, hidden], then x -> x for each of `layers` encoder layers.
 * The norm after them is left to the stage that follows. `path`: the tower's.
 */
export function layerStages(path: string, cfg: SiglipVisionConfig): StagePlan[] {
  const shape = ['n', cfg.tokens, cfg.hiddenSize];
  const patches: StagePlan = {
    name: 'vision patches',
    build(s) {
      const pixels = s.graph.input('pixel_values', 'float32', ['n', cfg.channels, cfg.imageSize, cfg.imageSize]);
      output(s, 'x', embeddings(s.at(path), cfg, pixels), shape);
    },
  };
  const encoder = Array.from({ length: cfg.layers }, (_, index) => ({
    name: `vision layer ${index}`,
    build: (s: Scope) => {
      const layer = s.at(path, 'encoder', 'layers', index);
      output(s, 'x', encoderLayer(layer, cfg, s.graph.input('x', 'float32', shape)), shape);
    },
  }));
  return [patches, ...encoder];
}
