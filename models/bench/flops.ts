/** @file How much there is to compute for a picture and for a text, from a model's shape. An addition and a multiplication are two operations. */
import { decoderLayerWeights, type VlmShape } from '../hub/memory.ts';
import { attentionChunk } from '../runtime/decoder-run.ts';

/** A text with its prompt. */
export const textTokens = 32;
/** A picture of the base tile and a 2 x 2 grid, with its prompt. */
export const pictureTokens = 2340;
export const pictureTiles = 5;
/** What an edit adds to a picture that was read before. */
export const editTokens = 28;

/** CLIP ViT-L/14-336, which every shape here has: a tile is 24 x 24 patches and the class token. */
const patches = 24 * 24;
const patchValues = 3 * 14 * 14;

export type Work = {
  /** Weights that are read once. */
  readonly weights: number;
  /** Operations of the decoder's products with weights. */
  readonly products: number;
  /** Of the decoder's attention. */
  readonly attention: number;
  /** Of the vision tower and the projector. */
  readonly vision: number;
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
    vision: 0,
  };
}

export function textWork(shape: VlmShape): Work {
  return decoderWork(shape, textTokens);
}

export function pictureWork(shape: VlmShape): Work {
  return { ...decoderWork(shape, pictureTokens), vision: visionWork(shape) };
}

/** One layer's, in chunks: those above the diagonal of scores that a chunk computes and masks are counted. */
export function attentionWork({ hidden }: VlmShape, tokens: number, past = 0): number {
  const chunk = tokens / Math.ceil(tokens / attentionChunk);
  return 4 * hidden * tokens * (past + (tokens + chunk) / 2);
}

/** Of all tiles of a picture. */
export function visionWork({ hidden: text, vision: { layers, hidden, mlp } }: VlmShape): number {
  const tokens = patches + 1;
  const layer = 2 * tokens * (4 * hidden * hidden + 2 * hidden * mlp) + 4 * hidden * tokens * tokens;
  const ends = 2 * patches * (patchValues * hidden + hidden * text + text * text);
  return pictureTiles * (layers * layer + ends);
}
