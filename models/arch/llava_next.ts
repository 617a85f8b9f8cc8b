/**
 * @file LLaVA-NeXT: CLIP's vision tower, a projector of two layers, and a Llama or Mistral decoder.
 * Tensor names are those of the published repositories (transformers 4.3x to 4.4x); `renameTensor` brings the later layouts to them.
 * Reference: transformers/models/llava_next/modeling_llava_next.py
 */
import { reshape } from '../graph/attention.ts';
import { gelu } from '../graph/elementwise.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import type { Architecture, Vlm } from './architecture.ts';
import * as clipVision from './clip_vision.ts';
import * as llama from './llama.ts';
import { type ConfigJson, Settings } from './settings.ts';

export type LlavaNextConfig = {
  readonly text: llama.LlamaConfig;
  readonly vision: clipVision.ClipVisionConfig;
  /** Encoder layers that run: the features are what the last of them answers. */
  readonly visionLayers: number;
  readonly projectorBias: boolean;
  /** Stands for a picture in the ids. May lie past the rows of the token embeddings. */
  readonly imageToken: number;
};

export const names = {
  text: 'language_model',
  decoder: 'language_model.model',
  embedTokens: 'language_model.model.embed_tokens.weight',
  vision: 'vision_tower.vision_model',
  projector: 'multi_modal_projector',
  newline: 'image_newline',
} as const;

export function parseConfig(json: ConfigJson): LlavaNextConfig {
  const settings = new Settings(json);
  settings.choice('model_type', ['llava_next'], 'llava_next');
  if (settings.section('quantization_config'))
    throw settings.refused('quantization_config', 'weights in F32, F16 or BF16, which Oneword quantises itself');
  settings.choice('projector_hidden_act', ['gelu'], 'gelu');
  // "full" keeps the class token, which the reference itself cannot lay out in a grid.
  settings.choice('vision_feature_select_strategy', ['default'], 'default');
  const text = llama.parseConfig(settings.section('text_config') ?? new Settings({}, 'text_config.'));
  const vision = parseVision(settings.section('vision_config'));
  return {
    text: { ...text, tiedHead: text.tiedHead || settings.flag('tie_word_embeddings', false) },
    vision,
    visionLayers: visionLayers(settings, vision.layers),
    projectorBias: settings.flag('multimodal_projector_bias', true),
    imageToken: settings.count(settings.get('image_token_id') === undefined ? 'image_token_index' : 'image_token_id', 32000),
  };
}

/** Without a `vision_config` the library takes ViT-L/14-336, with one the defaults of the vision class. */
function parseVision(settings: Settings | undefined): clipVision.ClipVisionConfig {
  settings?.choice('model_type', ['clip_vision_model'], 'clip_vision_model');
  return clipVision.parseConfig(settings ?? new Settings(publishedVision));
}

const publishedVision: ConfigJson = {
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  image_size: 336,
  patch_size: 14,
};

/** How many layers run. hidden_states[0] is what enters the first, -1 the result of the last. */
function visionLayers(settings: Settings, layers: number): number {
  const value = settings.get('vision_feature_layer') ?? -2;
  const index = typeof value === 'number' && value < 0 ? layers + 1 + value : value;
  if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= layers) return index;
  throw settings.refused('vision_feature_layer', `one whole number from ${-layers - 1} to ${layers}`, value);
}

/** A file of this architecture as the rest sees it. */
export const architecture: Architecture = { modelType: 'llava_next', open: ({ config }) => llavaNext(parseConfig(config)) };

export function llavaNext(cfg: LlavaNextConfig): Vlm {
  const { text, vision, visionLayers: layers } = cfg;
  const patches = vision.grid ** 2;
  const head = `${names.text}.${llama.headTensor(text)}`;
  const intoTower = patches * vision.channels * vision.patchSize ** 2 * vision.hiddenSize;
  return {
    kind: 'vlm',
    modelType: 'llava_next',
    pictures: 'anyres',
    text,
    vision: {
      ...vision,
      layers,
      endMultiplications: intoTower + patches * (vision.hiddenSize * text.hiddenSize + text.hiddenSize ** 2),
    },
    rowsPerTile: patches + 1,
    imageToken: cfg.imageToken,
    visionPlans: visionPlans(cfg),
    ...llama.llamaDecoder(text, names.decoder, { embedTokens: names.embedTokens, head }),
    renameTensor,
    adapterModule,
    unusedReason: (name) => unusedReason(name, cfg),
  };
}

/**
 * The first: pixel_values [n, channels, s, s] -> x [n, tokens, hidden]. Then a stage per encoder layer, x -> x.
 * The last: x -> features [n, grid * grid + 1, H], the end of a line after those of the patches.
 */
function visionPlans(cfg: LlavaNextConfig): StagePlan[] {
  const { vision, text } = cfg;
  return [
    ...clipVision.layerStages(names.vision, vision, cfg.visionLayers),
    {
      name: 'projector',
      build(s) {
        const x = s.graph.input('x', 'float32', ['n', vision.tokens, vision.hiddenSize]);
        const rows = projector(s.at(names.projector), cfg, x);
        const pictures = s.op('Shape', [x], { attributes: { start: 0, end: 1 }, type: 'int64' });
        const shape = s.op('Concat', [pictures, s.constant('int64', [1, 1])], { attributes: { axis: 0 } });
        const newline = s.op('Expand', [s.floats(names.newline, 'float32', text.hiddenSize), shape]);
        const features = s.op('Concat', [s.cast(rows, 'float32'), newline], { attributes: { axis: 1 } });
        output(s, 'features', features, ['n', vision.grid ** 2 + 1, text.hiddenSize]);
      },
    },
  ];
}

/** x [n, tokens, vision hidden] -> the picture's rows of the sequence [n, grid * grid, text hidden]. The class token is dropped. */
function projector(s: Scope, cfg: LlavaNextConfig, x: Value): Value {
  const { vision, text, projectorBias: bias } = cfg;
  const patches = s.op('Slice', [x, s.constant('int64', [1]), s.constant('int64', [vision.tokens]), s.constant('int64', [1])]);
  const inner = linear(s.at('linear_1'), reshape(s, patches, [-1, vision.hiddenSize]), text.hiddenSize, vision.hiddenSize, { bias });
  const y = linear(s.at('linear_2'), gelu(s, inner), text.hiddenSize, text.hiddenSize, { bias });
  return reshape(s, y, [-1, vision.grid * vision.grid, text.hiddenSize]);
}

/** From any of the three layouts that exist (4.3x, in between, 5.x) to the published one. Names that it does not know stay as they are. */
export function renameTensor(name: string): string {
  for (const [pattern, published] of layouts) if (pattern.test(name)) return name.replace(pattern, published);
  return name;
}

const layouts: readonly (readonly [RegExp, string])[] = [
  [/^lm_head\./, 'language_model.lm_head.'],
  [/^model\.language_model\./, 'language_model.model.'],
  [/^(?:model\.)?vision_tower\.(?:vision_model\.)?/, 'vision_tower.vision_model.'],
  [/^model\.multi_modal_projector\./, 'multi_modal_projector.'],
  [/^model\.image_newline$/, 'image_newline'],
];

/**
 * The weight that a module of an adapter belongs to. Adapters are trained on the whole model, on its language model
 * (`model.layers.0...`, as E5-V's was) or on the bare decoder (`layers.0...`).
 */
export function adapterModule(path: string): string {
  const whole = /^layers\./.test(path) ? `${names.decoder}.${path}` : /^model\.layers\./.test(path) ? `${names.text}.${path}` : path;
  return renameTensor(`${whole}.weight`);
}

/** Why a tensor that no graph asks for may lie in a checkpoint; undefined if there is no good reason. */
export function unusedReason(name: string, cfg: LlavaNextConfig): string | undefined {
  const layer = /^vision_tower\.vision_model\.encoder\.layers\.(\d+)\./.exec(name)?.[1];
  if (layer !== undefined && Number(layer) >= cfg.visionLayers && Number(layer) < cfg.vision.layers)
    return `the features are taken after vision layer ${cfg.visionLayers}`;
  if (/^vision_tower\.vision_model\.post_layernorm\.(weight|bias)$/.test(name)) return 'the features are taken before it';
  if (/\.(position_ids|rotary_emb\.inv_freq)$/.test(name)) return 'computed from the configuration';
  if (cfg.text.tiedHead && name === `${names.text}.lm_head.weight`) return 'the head is tied to the token embeddings';
  return undefined;
}
