/** @file How much there is to compute for a picture and for a text, from a model's shape. An addition and a multiplication are two operations. */
import type { PictureFamily } from '../arch/architecture.ts';
import {
  type DualShape,
  decoderLayerWeights,
  encoderWeights,
  pictureInput,
  type Shape,
  type TowerShape,
  type VlmShape,
} from '../hub/memory.ts';
import type { Tiles } from '../prompt/reading.ts';
import { attentionChunk } from '../runtime/decoder-run.ts';

/** A text with its prompt. */
export const textTokens = 32;
/** What a language model reads of a picture: tiles through the tower, and tokens of the sequence, its prompt included. */
export type PictureLoad = { readonly name: string; readonly tiles: number; readonly tokens: number };

/** What an edit adds to a picture that was read before. */
export const editTokens = 28;

/** A photo of 4:3 with 1,500 pixels or more on a side, and where it is a choice, the whole photo as one tile. */
export const pictureLoads: Readonly<Record<PictureFamily, readonly [PictureLoad, ...PictureLoad[]]>> = {
  anyres: [{ name: '5 tiles', tiles: 5, tokens: 2340 }],
  // 4 x 3 crops of 144 tokens with the ends of their rows, the whole picture likewise, what separates them, and 15 of the prompt.
  hd: [{ name: '13 tiles', tiles: 13, tokens: (4 * 3 + 1) * 144 + 1 + (3 + 1) * 12 + 15 }],
  // A tile has 64 tokens and 2 that tell its place; 19 of the prompt, which are those of the whole picture too.
  split: [
    { name: '1 tile', tiles: 1, tokens: 64 + 19 },
    { name: '13 tiles', tiles: 13, tokens: 64 + 19 + 12 * (64 + 2) + 4 },
  ],
};

export type Work = {
  /** Weights that are read once. */
  readonly weights: number;
  /** Operations of the decoder's products with weights. */
  readonly products: number;
  /** Of the decoder's attention. */
  readonly attention: number;
  /** Of encoders: the vision tower with the projector, the tower of texts. */
  readonly encoders: number;
};

/** Of the decoder alone, over `tokens` new tokens after `past` earlier ones. The last layer answers for the last token only. */
export function decoderWork(shape: VlmShape, tokens: number, past = 0): Work {
  const { layers } = shape;
  const weights = decoderLayerWeights(shape);
  const keysAndValues = 2 * shape.hidden * shape.kvHeads * shape.headDim;
  const last = keysAndValues * tokens + (weights - keysAndValues);
  return {
    weights: layers * weights,
    products: 2 * ((layers - 1) * weights * tokens + last),
    attention: (layers - 1) * attentionWork(shape, tokens, past) + 4 * shape.hidden * (past + tokens),
    encoders: 0,
  };
}

const noDecoder = { weights: 0, products: 0, attention: 0 } as const;

/** Of a text with its prompt. Two encoders: of the longest text, which is what one of them takes every text for. */
export function textWork(shape: Shape): Work {
  if (shape.kind === 'vlm') return decoderWork(shape, textTokens);
  return { ...noDecoder, encoders: textTowerWork(shape, shape.text.tokens) };
}

/** A photo of 4:3 is about four fifths of the largest picture. */
const photoShare = 0.8;

/** Of a photo. */
export function pictureWork(shape: Shape, budget: Tiles = 'anyres'): Work {
  if (shape.kind === 'dual') return { ...noDecoder, encoders: visionWork(shape.vision, 1) };
  const { tiles, tokens } = pictureInput(shape, budget);
  const share = budget === 'base' ? 1 : photoShare;
  return { ...decoderWork(shape, share * tokens), encoders: share * visionWork(shape.vision, tiles) };
}

/** One layer's, in chunks: those above the diagonal of scores that a chunk computes and masks are counted. */
export function attentionWork({ hidden }: VlmShape, tokens: number, past = 0): number {
  const chunk = tokens / Math.ceil(tokens / attentionChunk);
  return 4 * hidden * tokens * (past + (tokens + chunk) / 2);
}

/** Of `tiles` tiles, or of so many pictures. */
export function visionWork(tower: TowerShape, tiles: number): number {
  return tiles * (encoderWork(tower, tower.tokens) + 2 * tower.ends);
}

/** Of one text of so many tokens through a text tower and its projection. */
export function textTowerWork({ text, dimension }: DualShape, tokens: number): number {
  return encoderWork(text, tokens) + 2 * text.hidden * dimension;
}

/** Layers in which every token sees every other. */
function encoderWork(tower: Pick<TowerShape, 'layers' | 'hidden' | 'mlp'>, tokens: number): number {
  return 2 * tokens * encoderWeights(tower) + 4 * tower.layers * tower.hidden * tokens * tokens;
}
