/**
 * @file CLIP: a causal text encoder read at the end token, and a vision transformer read at the class token, each with a projection into
 * one space. Reference: transformers/models/clip/modeling_clip.py (CLIPModel) and configuration_clip.py
 */
import { causalMaskOf, reshape, unsqueeze } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { layerNorm } from '../graph/norm.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import type { Architecture, DualEncoder } from './architecture.ts';
import * as clipVision from './clip_vision.ts';
import { encoder, rowAt } from './encoder-layer.ts';
import { type ConfigJson, Settings } from './settings.ts';
import { parseTextTower, type TextTowerConfig, textEmbeddings, tokensOf } from './text-tower.ts';
import { dualTensorName, dualUnusedReason, towerSection } from './two-towers.ts';

export type ClipConfig = {
  readonly text: TextTowerConfig;
  readonly vision: clipVision.ClipVisionConfig;
  readonly dimension: number;
  readonly padToken: number;
  /** Where a text is read; absent = at its highest id. */
  readonly endToken: number | undefined;
};

/** What the published configurations say of the end token, which is not its id: the library then looks for the highest id. */
const legacyEndToken = 2;

/** Omitted fields take the defaults of CLIPTextConfig, CLIPVisionConfig and CLIPConfig (ViT-B/32). */
export function parseConfig(json: ConfigJson): ClipConfig {
  const settings = new Settings(json);
  settings.choice('model_type', ['clip'], 'clip');
  const text = towerSection(settings, 'text_config', 'clip_text_model');
  const endToken = text.token('eos_token_id', 49_407);
  return {
    text: parseTextTower(text, {
      ...{ vocabularySize: 49_408, maxTokens: 77, hiddenSize: 512, mlpSize: 2048, layers: 12, heads: 8 },
      ...{ normEps: 1e-5, activation: 'quick_gelu' },
    }),
    vision: clipVision.parseConfig(towerSection(settings, 'vision_config', 'clip_vision_model')),
    dimension: settings.count('projection_dim', 512),
    padToken: text.token('pad_token_id', 1),
    endToken: endToken === legacyEndToken ? undefined : endToken,
  };
}

export const architecture: Architecture = { modelType: 'clip', open: ({ config }) => clip(parseConfig(config)) };

export function clip(cfg: ClipConfig): DualEncoder {
  const { text, vision, dimension, padToken, endToken } = cfg;
  const intoTower = vision.grid ** 2 * vision.channels * vision.patchSize ** 2 * vision.hiddenSize;
  return {
    kind: 'dual',
    modelType: 'clip',
    pictures: 'clip',
    dimension,
    text,
    vision: { ...vision, endMultiplications: intoTower + vision.hiddenSize * dimension },
    visionPlans: [visionPlan(cfg)],
    textPlans: [textPlan(cfg)],
    texts: { reading: 'causal', padToken, endToken },
    logitScale: 'logit_scale',
    renameTensor: dualTensorName,
    adapterModule: (path) => dualTensorName(`${path}.weight`),
    unusedReason: dualUnusedReason,
  };
}

function visionPlan({ vision, dimension }: ClipConfig): StagePlan {
  const { hiddenSize: hidden, tokens, normEps } = vision;
  return {
    name: 'vision tower',
    build(s) {
      const tower = s.at('vision_model');
      const pixels = s.graph.input('pixel_values', 'float32', ['n', vision.channels, vision.imageSize, vision.imageSize]);
      const x = reshape(s, clipVision.embeddings(tower, vision, pixels), [-1, hidden]);
      const classRow = (rows: Value): Value => rowAt(s, vision, rows, 0);
      const pooled = encoder(tower.at('encoder', 'layers'), vision, x, { tokens }, { tokens, pick: classRow });
      const normed = layerNorm(tower.at('post_layernorm'), pooled, hidden, normEps);
      output(s, 'embedding', linear(s.at('visual_projection'), normed, dimension, hidden), ['n', dimension]);
    },
  };
}

function textPlan({ text, dimension }: ClipConfig): StagePlan {
  return {
    name: 'text tower',
    build(s) {
      const ids = s.graph.input('ids', 'int64', ['n', 'tokens']);
      const places = s.graph.input('places', 'int64', ['n']);
      const normed = textRows(s.at('text_model'), text, ids, places);
      output(s, 'embedding', linear(s.at('text_projection'), normed, dimension, text.hiddenSize), ['n', dimension]);
    },
  };
}

/** ids int64 [n, T], places int64 [n] -> the final norm of the row at its place of each text, [n, hidden]. The scope is the tower. */
function textRows(s: Scope, cfg: TextTowerConfig, ids: Value, places: Value): Value {
  const tokens = tokensOf(s, ids);
  const mask = causalMaskOf(s, tokens);
  const maskOfPlaces = unsqueeze(s, s.op('Gather', [mask, places]), [1, 2]);
  const one = s.op('Squeeze', [tokens]);
  const all = s.op('Squeeze', [s.op('Size', [ids], { type: 'int64' })]);
  const starts = s.op('Range', [s.constant('int64', 0), all, one]);
  const wanted = s.op('Add', [starts, places]);
  const pick = (rows: Value): Value => s.op('Gather', [rows, wanted]);
  const x = textEmbeddings(s, cfg, ids);
  const pooled = encoder(s.at('encoder', 'layers'), cfg, x, { tokens, mask }, { tokens, mask: maskOfPlaces, pick });
  return layerNorm(s.at('final_layer_norm'), pooled, cfg.hiddenSize, cfg.normEps);
}
