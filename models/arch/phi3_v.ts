/**
 * @file Phi-3-vision: CLIP's vision tower, 2 x 2 neighbouring patches merged into a row, learned separators, a projector of two layers over all of
 * them, and Phi-3's decoder. config.json does not describe the tower: the published model has ViT-L/14-336 in its code.
 * Reference: modeling_phi3_v.py and image_embedding_phi3_v.py of microsoft/Phi-3-vision-128k-instruct
 */
import { reshape, transpose } from '../graph/attention.ts';
import { gelu } from '../graph/elementwise.ts';
import type { Value } from '../graph/graph.ts';
import { linear } from '../graph/linear.ts';
import { output, type StagePlan } from '../graph/plan.ts';
import type { Scope } from '../graph/scope.ts';
import type { Architecture, ConfigFiles, Vlm } from './architecture.ts';
import * as clipVision from './clip_vision.ts';
import { layerPlans } from './decoder-plans.ts';
import { headPlan, normPlan } from './llama.ts';
import * as phi3 from './phi3.ts';
import { type ConfigJson, Settings } from './settings.ts';

export type Phi3VConfig = {
  readonly text: phi3.Phi3Config;
  readonly vision: clipVision.ClipVisionConfig;
  /** Encoder layers that run: the features are what the last of them answers. */
  readonly visionLayers: number;
  /** Rows of merged patches of a tile's side. */
  readonly merged: number;
};

const names = {
  decoder: 'model',
  embedTokens: 'model.embed_tokens.weight',
  head: 'lm_head.weight',
  picture: 'model.vision_embed_tokens',
  vision: 'model.vision_embed_tokens.img_processor.vision_model',
} as const;

/** A row is made of so many patches both ways. */
const merging = 2;

/** The reference writes negative ids at the places of its one picture. */
const imageToken = -1;

export function parseConfig({ config, vision: tower }: ConfigFiles): Phi3VConfig {
  const settings = new Settings(config);
  settings.choice('model_type', ['phi3_v'], 'phi3_v');
  if (settings.section('quantization_config'))
    throw settings.refused('quantization_config', 'weights in F32, F16 or BF16, which Oneword quantises itself');
  requireEmbedding(settings.section('embd_layer') ?? new Settings({}, 'embd_layer.'));
  const vision = clipVision.parseConfig(new Settings(tower ?? publishedVision, 'vision tower: '));
  const merged = vision.grid / merging;
  if (!Number.isInteger(merged))
    throw settings.refused('img_processor', `a tower with an even number of patches a side, not ${vision.grid}`);
  return { text: phi3.parseConfig(settings), vision, visionLayers: visionLayers(settings, vision, merged), merged };
}

const publishedVision: ConfigJson = {
  hidden_size: 1024,
  intermediate_size: 4096,
  num_hidden_layers: 24,
  num_attention_heads: 16,
  image_size: 336,
  patch_size: 14,
};

/** The published model's way with pictures; its code knows others, which no published checkpoint has. */
function requireEmbedding(settings: Settings): void {
  settings.choice('embedding_cls', ['image'], 'image');
  settings.choice('projection_cls', ['mlp'], 'mlp');
  settings.choice('hd_transform_order', ['sub_glb', 'glb_sub'], 'glb_sub');
  for (const name of ['use_hd_transform', 'with_learnable_separator'])
    if (!settings.flag(name, false)) throw settings.refused(name, 'true');
}

/** How many layers of the tower run. hidden_states[0] is what enters the first, -1 the result of the last. */
function visionLayers(settings: Settings, vision: clipVision.ClipVisionConfig, merged: number): number {
  const tower = settings.section('img_processor') ?? new Settings({}, 'img_processor.');
  tower.choice('name', ['clip_vision_model'], 'clip_vision_model');
  // "cls_patch" keeps the class token, which the reference itself cannot lay out in a grid.
  tower.choice('type_feature', ['patch'], 'patch');
  const width = tower.count('image_dim_out', vision.hiddenSize);
  if (width !== vision.hiddenSize) throw tower.refused('image_dim_out', `${vision.hiddenSize}, the width of the vision tower`, width);
  const rows = tower.count('num_img_tokens', merged ** 2);
  if (rows !== merged ** 2) throw tower.refused('num_img_tokens', `${merged ** 2}, for ${vision.grid} x ${vision.grid} patches`, rows);
  const value = tower.get('layer_idx') ?? -2;
  const index = typeof value === 'number' && value < 0 ? vision.layers + 1 + value : value;
  if (typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= vision.layers) return index;
  throw tower.refused('layer_idx', `one whole number from ${-vision.layers - 1} to ${vision.layers}`, value);
}

/** A file of this architecture as the rest sees it. */
export const architecture: Architecture = { modelType: 'phi3_v', open: (files) => phi3Vision(parseConfig(files)) };

export function phi3Vision(cfg: Phi3VConfig): Vlm {
  const { text, vision, visionLayers: layers } = cfg;
  const head = text.tiedHead ? names.embedTokens : names.head;
  const decoder = phi3.phi3Layers(text, `${names.decoder}.layers`);
  const rowsPerTile = cfg.merged ** 2 + 2;
  const intoTower = vision.grid ** 2 * vision.channels * vision.patchSize ** 2 * vision.hiddenSize;
  const projection = rowsPerTile * (mergedWidth(cfg) * text.hiddenSize + text.hiddenSize ** 2);
  return {
    kind: 'vlm',
    modelType: 'phi3_v',
    pictures: 'hd',
    text,
    vision: { ...vision, layers, endMultiplications: intoTower + projection },
    rowsPerTile,
    imageToken,
    visionPlans: visionPlans(cfg),
    decoderPlans: (index, split) => layerPlans(decoder, index, split),
    attentionPlans: phi3.tablesOf(text),
    attentionFor: (tokens) => phi3.tableFor(text, tokens),
    normPlan: normPlan(text, names.decoder),
    headPlan: (firstRow, rows) => headPlan(text.hiddenSize, head, firstRow, rows),
    tensors: { embedTokens: names.embedTokens, head, finalNorm: `${names.decoder}.norm.weight` },
    // There is one layout.
    renameTensor: (name) => name,
    adapterModule,
    unusedReason: (name) => unusedReason(name, cfg),
  };
}

const mergedWidth = ({ vision }: Phi3VConfig): number => merging ** 2 * vision.hiddenSize;

/**
 * The first: pixel_values [n, channels, s, s] -> x [n, tokens, hidden]. Then a stage per encoder layer, x -> x.
 * The last: x -> features [n, merged * merged + 2, H]: the merged patches row by row, the separator of the picture's two parts, the end of a line.
 */
function visionPlans(cfg: Phi3VConfig): StagePlan[] {
  const { vision, text, merged } = cfg;
  return [
    ...clipVision.layerStages(names.vision, vision, cfg.visionLayers),
    {
      name: 'projector',
      build(s) {
        const x = s.graph.input('x', 'float32', ['n', vision.tokens, vision.hiddenSize]);
        const rows = s.op('Concat', [mergedPatches(s, cfg, x), ...separators(s, cfg, x)], { attributes: { axis: 1 } });
        const features = projector(s.at(names.picture, 'img_projection'), cfg, reshape(s, rows, [-1, mergedWidth(cfg)]));
        const shape = [-1, merged ** 2 + 2, text.hiddenSize];
        output(s, 'features', reshape(s, features, shape), ['n', ...shape.slice(1)]);
      },
    },
  ];
}

/** x [n, tokens, vision hidden] -> [n, merged * merged, 4 * vision hidden], of each square of patches by row and column. The class token is dropped. */
function mergedPatches(s: Scope, { vision, merged }: Phi3VConfig, x: Value): Value {
  const width = vision.hiddenSize;
  const patches = s.op('Slice', [x, s.constant('int64', [1]), s.constant('int64', [vision.tokens]), s.constant('int64', [1])]);
  const squares = transpose(s, reshape(s, patches, [-1, merged, merging, merged, merging * width]), [0, 1, 3, 2, 4]);
  return reshape(s, squares, [-1, merged ** 2, merging ** 2 * width]);
}

/** glb_GN, then sub_GN, for each of the n tiles: [n, 1, 4 * vision hidden]. */
function separators(s: Scope, cfg: Phi3VConfig, x: Value): Value[] {
  const width = mergedWidth(cfg);
  const tiles = s.op('Shape', [x], { attributes: { start: 0, end: 1 }, type: 'int64' });
  const shape = s.op('Concat', [tiles, s.constant('int64', [1, 1])], { attributes: { axis: 0 } });
  const own = s.at(names.picture);
  const between = own.floats('glb_GN', 'float32', 1, 1, width);
  const endOfLine = reshape(s, own.floats('sub_GN', 'float32', 1, 1, 1, width), [1, 1, width]);
  return [between, endOfLine].map((one) => s.op('Expand', [one, shape]));
}

/** [rows, 4 * vision hidden] -> [rows, text hidden]. The scope is the sequence of modules. */
function projector(s: Scope, cfg: Phi3VConfig, rows: Value): Value {
  const { hiddenSize } = cfg.text;
  const inner = linear(s.at(0), rows, hiddenSize, mergedWidth(cfg), { bias: true });
  return linear(s.at(2), gelu(s, inner), hiddenSize, hiddenSize, { bias: true });
}

/** The weight that a module of an adapter belongs to: adapters are trained on the whole model, or on the bare decoder (`layers.0...`). */
export function adapterModule(path: string): string {
  return `${/^layers\./.test(path) ? `${names.decoder}.${path}` : path}.weight`;
}

/** Why a tensor that no graph asks for may lie in a checkpoint; undefined if there is no good reason. */
export function unusedReason(name: string, cfg: Phi3VConfig): string | undefined {
  const inTower = name.startsWith(`${names.vision}.`) ? name.slice(names.vision.length + 1) : '';
  const layer = /^encoder\.layers\.(\d+)\./.exec(inTower)?.[1];
  if (layer !== undefined && Number(layer) >= cfg.visionLayers && Number(layer) < cfg.vision.layers)
    return `the features are taken after vision layer ${cfg.visionLayers}`;
  if (/^post_layernorm\.(weight|bias)$/.test(inTower)) return 'the features are taken before it';
  if (/\.(position_ids|rotary_emb\.inv_freq)$/.test(name)) return 'computed from the configuration';
  if (name === `${names.picture}.wte.weight`) return 'the same as embed_tokens';
  if (cfg.text.tiedHead && name === names.head) return 'the head is tied to the token embeddings';
  return undefined;
}
