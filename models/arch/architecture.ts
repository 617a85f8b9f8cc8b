/**
 * @file What an architecture is to the rest: its sizes, the names of its tensors, and its network as plans of stages. A file per `model_type`
 * answers one of these two kinds, and index.ts names it.
 */
import type { StagePlan } from '../graph/plan.ts';
import type { ConfigJson } from './settings.ts';

/** What describes a checkpoint's network. */
export type ConfigFiles = {
  readonly config: ConfigJson;
  /** fixture_vision_config.json: the tower of a family whose config.json does not describe it (Phi-3-vision), where that is not the published one. */
  readonly vision?: ConfigJson | undefined;
};

export type Architecture = {
  readonly modelType: string;
  /** Throws 'model-invalid' for what cannot be run, naming the field. */
  open(files: ConfigFiles): Vlm | DualEncoder;
};

/** How an architecture speaks of a checkpoint's tensors. */
export type Naming = {
  /** Any layout that exists -> the names that the plans use. Names that it does not know stay as they are. */
  renameTensor(name: string): string;
  /** A module of a LoRA adapter -> the name of its weight. */
  adapterModule(path: string): string;
  /** Why a tensor that no plan asks for may lie in a checkpoint; undefined if there is no good reason. */
  unusedReason(name: string): string | undefined;
};

export type DecoderSize = {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly mlpSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Longest sequence that the positions, or a sliding window, allow. */
  readonly maxTokens: number;
};

export type TowerSize = {
  readonly channels: number;
  /** Of a side of the square, in pixels. */
  readonly imageSize: number;
  readonly hiddenSize: number;
  readonly mlpSize: number;
  /** Layers that run. */
  readonly layers: number;
  /** Of a tile between the first stage and the last: the patches, and the class token where there is one. */
  readonly tokens: number;
  /** Products that a tile passes before its first layer and after its last, in multiplications. */
  readonly endMultiplications: number;
};

/** enter, enterLast: what begins a layer; leave: what ends it, the stages one after the other. See decoder-plans.ts for the shapes. */
export type LayerPlans = { readonly enter: StagePlan; readonly enterLast: StagePlan; readonly leave: readonly StagePlan[] };

/** Attention with one table of rotary positions. */
export type AttentionPlans = { attention(form: 'gqa' | 'plain'): StagePlan; readonly last: StagePlan };

/** How pictures come to the model, see prompt/. */
export type PictureFamily = 'anyres' | 'hd' | 'split';

/** A vision-language model: a vision tower whose features stand in the sequence of a decoder. */
export type Vlm = Naming & {
  readonly kind: 'vlm';
  readonly modelType: string;
  readonly pictures: PictureFamily;
  readonly text: DecoderSize;
  readonly vision: TowerSize;
  /** Rows of a tile's features: those of its patches, and after them what is learned to stand between rows or parts of a picture. */
  readonly rowsPerTile: number;
  /** The id that stands for a row of a picture. May lie outside of the vocabulary. */
  readonly imageToken: number;
  /** pixel_values [n, channels, s, s] -> ... -> features [n, rowsPerTile, hidden]. Several stages, so that one layer's weights are in memory at a time. */
  readonly visionPlans: readonly StagePlan[];
  /** `split` cuts the end of a layer into stages that each hold one or two large matrices. */
  decoderPlans(index: number, split: boolean): LayerPlans;
  /** One for each table of rotary positions; most models have one. */
  readonly attentionPlans: readonly AttentionPlans[];
  /** Which of them a sequence of this many tokens takes. */
  attentionFor(tokens: number): number;
  /** x [n, hidden] -> hidden [n, hidden]. */
  readonly normPlan: StagePlan;
  /** hidden [n, hidden] -> logits [n, rows] of the tokens from `firstRow` on. */
  headPlan(firstRow: number, rows: number): StagePlan;
  /** Names of tensors that are read by other means than a graph. */
  readonly tensors: { readonly embedTokens: string; readonly head: string; readonly finalNorm: string };
};

/** Two towers that end in one space: CLIP, SigLIP. Each is one graph: small enough to stay open whole. */
export type DualEncoder = Naming & {
  readonly kind: 'dual';
  readonly modelType: string;
  readonly dimension: number;
  /** How a picture becomes a square, see prompt/square.ts. */
  readonly pictures: 'clip' | 'siglip';
  readonly vision: TowerSize;
  readonly text: TextTowerSize;
  /** pixel_values [n, channels, s, s] -> embedding [n, dimension], not normalised. */
  readonly visionPlans: readonly [StagePlan];
  /** ids int64 [n, T], and with `causal` texts places int64 [n], where each is read -> embedding [n, dimension], not normalised. */
  readonly textPlans: readonly [StagePlan];
  readonly texts: TextFamily;
  /** The tensor whose exponential multiplies cosines before probabilities are made of them. */
  readonly logitScale: string;
};

export type TextTowerSize = {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly mlpSize: number;
  readonly layers: number;
  /** The longest text, its begin and end tokens included. */
  readonly maxTokens: number;
};

/**
 * How texts are made ids.
 * - `causal`: CLIP, read at the first `endToken`, or where that is absent at the highest id; what is filled up with does not matter
 * - `padded`: SigLIP, always filled up to `maxTokens` with `padToken` and read at the last place
 */
export type TextFamily = { readonly reading: 'causal' | 'padded'; readonly padToken: number; readonly endToken?: number | undefined };
