/**
 * @file SigLIP: a text encoder without a mask, read at its last place, and a vision transformer read by a learned query. SigLIP 2 of a fixed size
 * has the same `model_type`. Reference: transformers/models/siglip/modeling_siglip.py (SiglipModel) and configuration_siglip.py
 */
import { fullAttention, reshape } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import { gemm, linear } from '../graph/linear.ts';
import { layerNorm } from '../graph/norm.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import type { Architecture, DualEncoder } from './architecture.ts';
import { encoder, mlp, rowAt } from './encoder-layer.ts';
import { type ConfigJson, Settings } from './settings.ts';
import * as siglipVision from './siglip_vision.ts';
import { parseTextTower, type TextTowerConfig, textEmbeddings } from './text-tower.ts';
import { dualTensorName, dualUnusedReason, towerSection } from './two-towers.ts';

export type SiglipConfig = {
  readonly text: TextTowerConfig;
  readonly vision: siglipVision.SiglipVisionConfig;
  readonly padToken: number;
};

/** Omitted fields take the defaults of SiglipTextConfig and SiglipVisionConfig (ViT-B/16). */
export function parseConfig(json: ConfigJson): SiglipConfig {
  const settings = new Settings(json);
  settings.choice('model_type', ['siglip'], 'siglip');
  const textSettings = towerSection(settings, 'text_config', 'siglip_text_model');
  const visionSettings = towerSection(settings, 'vision_config', 'siglip_vision_model');
  if (!visionSettings.flag('vision_use_head', true)) throw visionSettings.refused('vision_use_head', 'true');
  const text = parseTextTower(textSettings, {
    ...{ vocabularySize: 32_000, maxTokens: 64, hiddenSize: 768, mlpSize: 3072, layers: 12, heads: 12 },
    ...{ normEps: 1e-6, activation: 'gelu_pytorch_tanh' },
  });
  const vision = siglipVision.parseConfig(visionSettings);
  const projection = textSettings.count('projection_size', text.hiddenSize);
  if (projection !== vision.hiddenSize)
    throw textSettings.refused('projection_size', `the width of the pictures' vectors (${vision.hiddenSize})`, projection);
  return { text, vision, padToken: textSettings.token('pad_token_id', 1) };
}

export const architecture: Architecture = { modelType: 'siglip', open: ({ config }) => siglip(parseConfig(config)) };

export function siglip(cfg: SiglipConfig): DualEncoder {
  const { text, vision, padToken } = cfg;
  const { hiddenSize: hidden, mlpSize, grid, channels, patchSize, tokens } = vision;
  const intoTower = grid ** 2 * channels * patchSize ** 2 * hidden;
  const head = tokens * 2 * hidden ** 2 + hidden ** 2 + 2 * hidden * mlpSize;
  return {
    kind: 'dual',
    modelType: 'siglip',
    pictures: 'siglip',
    dimension: hidden,
    text,
    vision: { ...vision, endMultiplications: intoTower + head },
    visionPlans: [visionPlan(vision)],
    textPlans: [textPlan(cfg)],
    texts: { reading: 'padded', padToken },
    logitScale: 'logit_scale',
    renameTensor: dualTensorName,
    adapterModule: (path) => dualTensorName(`${path}.weight`),
    unusedReason: dualUnusedReason,
  };
}

function visionPlan(cfg: siglipVision.SiglipVisionConfig): StagePlan {
  const { hiddenSize: hidden, tokens } = cfg;
  return {
    name: 'vision tower',
    build(s) {
      const tower = s.at('vision_model');
      const pixels = s.graph.input('pixel_values', 'float32', ['n', cfg.channels, cfg.imageSize, cfg.imageSize]);
      const x = reshape(s, siglipVision.embeddings(tower, cfg, pixels), [-1, hidden]);
      const rows = siglipVision.postNorm(tower, cfg, encoder(tower.at('encoder', 'layers'), cfg, x, { tokens }));
      output(s, 'embedding', poolingHead(tower.at('head'), cfg, rows), ['n', hidden]);
    },
  };
}

/** A learned query looks at all patches: rows [n * tokens, hidden] -> [n, hidden]. Its weights for q, k and v are stored as one. */
function poolingHead(s: Scope, cfg: siglipVision.SiglipVisionConfig, rows: Value): Value {
  const { hiddenSize: hidden, heads, headDim, tokens, normEps } = cfg;
  const { compute } = s.graph.options;
  const attention = s.at('attention');
  const thirds = (name: string, ...shape: number[]): Value[] =>
    attention.ops('Split', [attention.floats(name, compute, 3 * hidden, ...shape)], 3, { attributes: { axis: 0, num_outputs: 3 } });
  const weights = thirds('in_proj_weight', hidden);
  const biases = thirds('in_proj_bias');
  const project = (x: Value, part: 0 | 1 | 2): Value => gemm(attention, s.cast(x, compute), weights[part] as Value, biases[part]);
  const query = project(reshape(s, s.floats('probe', compute, 1, 1, hidden), [1, hidden]), 0);
  const inputs = { q: query, k: project(rows, 1), v: project(rows, 2) };
  const mixed = fullAttention(attention, { heads, headDim, tokens, queries: 1 }, inputs);
  const pooled = s.cast(linear(attention.at('out_proj'), mixed, hidden, hidden, { bias: true }), 'float32');
  const inner = mlp(s.at('mlp'), cfg, layerNorm(s.at('layernorm'), pooled, hidden, normEps));
  return s.op('Add', [pooled, s.cast(inner, 'float32')]);
}

function textPlan({ text, vision }: SiglipConfig): StagePlan {
  const { hiddenSize: hidden, maxTokens: tokens, normEps } = text;
  return {
    name: 'text tower',
    build(s) {
      const tower = s.at('text_model');
      const x = textEmbeddings(tower, text, s.graph.input('ids', 'int64', ['n', tokens]));
      const lastRow = (rows: Value): Value => rowAt(s, { tokens, hiddenSize: hidden }, rows, tokens - 1);
      const pooled = encoder(tower.at('encoder', 'layers'), text, x, { tokens }, { tokens, pick: lastRow });
      const normed = layerNorm(tower.at('final_layer_norm'), pooled, hidden, normEps);
      output(s, 'embedding', linear(tower.at('head'), normed, vision.hiddenSize, hidden, { bias: true }), ['n', vision.hiddenSize]);
    },
  };
}
