/**
 * @file Idefics3, which SmolVLM is: SigLIP's vision tower, a connector that folds squares of patches into one row, and a Llama decoder.
 * Tensor names are those of the published repositories.
 * Reference: transformers/models/idefics3/modeling_idefics3.py and configuration_idefics3.py
 *
 * [Note: positions of patches] The reference puts a patch at the bucket of its fraction of the side, for pictures that are smaller than a
 * tile. Here every tile is a full square, whose patches have the positions 0 to n - 1.
 */
import { reshape, transpose } from '../graph/attention.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import type { Architecture, Vlm } from './architecture.ts';
import * as llama from './llama.ts';
import { type ConfigJson, Settings } from './settings.ts';
import * as siglipVision from './siglip_vision.ts';

export type Idefics3Config = {
  readonly text: llama.LlamaConfig;
  readonly vision: siglipVision.SiglipVisionConfig;
  /** Patches of a side of the square that becomes one row. */
  readonly scale: number;
  /** Stands for a row of a picture in the ids. */
  readonly imageToken: number;
};

export const names = {
  decoder: 'model.text_model',
  embedTokens: 'model.text_model.embed_tokens.weight',
  vision: 'model.vision_model',
  connector: 'model.connector.modality_projection.proj',
  head: 'lm_head.weight',
} as const;

/** Of Idefics3VisionConfig. */
const omittedVision = {
  ...{ hiddenSize: 1152, mlpSize: 3072, layers: 12, heads: 16, imageSize: 224, patchSize: 32 },
  ...{ normEps: 1e-6, activation: 'gelu_pytorch_tanh' as const },
};

/** Without a `text_config` the library takes a Llama with this; with one, LlamaConfig's own defaults. */
const omittedText: ConfigJson = { rms_norm_eps: 1e-5 };

export function parseConfig(json: ConfigJson): Idefics3Config {
  const settings = new Settings(json);
  settings.choice('model_type', ['idefics3'], 'idefics3');
  if (settings.section('quantization_config'))
    throw settings.refused('quantization_config', 'weights in F32, F16 or BF16, which Oneword quantises itself');
  const text = llama.parseConfig(settings.section('text_config') ?? new Settings(omittedText, 'text_config.'));
  const vision = siglipVision.parseConfig(settings.section('vision_config') ?? new Settings({}, 'vision_config.'), omittedVision);
  const scale = settings.count('scale_factor', 2);
  if (vision.grid % scale !== 0)
    throw settings.refused('scale_factor', `a divisor of the ${vision.grid} patches of a side (vision_config)`, scale);
  return {
    text: { ...text, tiedHead: text.tiedHead || settings.flag('tie_word_embeddings', false) },
    ...{ vision, scale, imageToken: settings.count('image_token_id', 128257) },
  };
}

export const architecture: Architecture = { modelType: 'idefics3', open: ({ config }) => idefics3(parseConfig(config)) };

export function idefics3(cfg: Idefics3Config): Vlm {
  const { text, vision, scale } = cfg;
  const patches = vision.grid ** 2;
  const head = text.tiedHead ? names.embedTokens : names.head;
  return {
    kind: 'vlm',
    modelType: 'idefics3',
    pictures: 'split',
    text,
    vision: {
      ...vision,
      endMultiplications: patches * vision.hiddenSize * (vision.channels * vision.patchSize ** 2 + text.hiddenSize),
    },
    rowsPerTile: (vision.grid / scale) ** 2,
    imageToken: cfg.imageToken,
    visionPlans: [...siglipVision.layerStages(names.vision, vision), connectorPlan(cfg)],
    ...llama.llamaDecoder(text, names.decoder, { embedTokens: names.embedTokens, head }),
    renameTensor,
    adapterModule,
    unusedReason: (name) => unusedReason(name, cfg),
  };
}

/** x [n, grid * grid, vision hidden] after the last layer -> features [n, (grid / scale)^2, hidden] */
function connectorPlan(cfg: Idefics3Config): StagePlan {
  const { vision, text, scale } = cfg;
  const rows = (vision.grid / scale) ** 2;
  return {
    name: 'connector',
    build(s) {
      const x = s.graph.input('x', 'float32', ['n', vision.tokens, vision.hiddenSize]);
      const folded = fold(s, cfg, siglipVision.postNorm(s.at(names.vision), vision, x));
      const projected = linear(s.at(names.connector), folded, text.hiddenSize, scale ** 2 * vision.hiddenSize);
      output(s, 'features', reshape(s, projected, [-1, rows, text.hiddenSize]), ['n', rows, text.hiddenSize]);
    },
  };
}

/** x [n, grid * grid, hidden] -> [n * (grid / scale)^2, scale^2 * hidden]: the patches of a square one after the other, row by row. */
function fold(s: Scope, { vision, scale }: Idefics3Config, x: Value): Value {
  const side = vision.grid / scale;
  const squares = transpose(s, reshape(s, x, [-1, side, scale, side, scale, vision.hiddenSize]), [0, 1, 3, 2, 4, 5]);
  return reshape(s, squares, [-1, scale ** 2 * vision.hiddenSize]);
}

/** The bare model saves its parts without the part of the name in front. */
export function renameTensor(name: string): string {
  return name.replace(/^(?=(?:text_model|vision_model|connector)\.)/, 'model.');
}

/** The weight that a module of an adapter belongs to. Adapters are trained on the whole model or on its decoder (`layers.0...`). */
export function adapterModule(path: string): string {
  return /^layers\./.test(path) ? `${names.decoder}.${path}.weight` : renameTensor(`${path}.weight`);
}

/** Why a tensor that no graph asks for may lie in a checkpoint; undefined if there is no good reason. */
export function unusedReason(name: string, { text }: Idefics3Config): string | undefined {
  if (/\.(position_ids|rotary_emb\.inv_freq)$/.test(name)) return 'computed from the configuration';
  if (text.tiedHead && name === names.head) return 'the head is tied to the token embeddings';
  return undefined;
}
