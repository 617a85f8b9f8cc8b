/** @file Keys and values of a sequence's first tokens, so that a longer sequence with the same beginning need not compute them again. */
import { giveBack } from './stage-run.ts';

/** One layer's rotated keys, and values: each [kvHeads, tokens, headDim], row-major. */
export type LayerCache = { readonly k: Float32Array; readonly v: Float32Array };

export type KvCache = {
  readonly tokens: number;
  readonly layers: readonly LayerCache[];
  /** Of all layers together. The caller bounds how many caches it holds. */
  readonly bytes: number;
};

/** @param tokens that every layer of the cache holds */
export function kvCache(layers: readonly LayerCache[], tokens: number): KvCache {
  return { tokens, layers, bytes: layers.reduce((sum, { k, v }) => sum + k.byteLength + v.byteLength, 0) };
}

/** Gives the memory of both back. */
export function releaseLayer({ k, v }: LayerCache): void {
  giveBack(k);
  giveBack(v);
}

/** The first `keep` of `tokens` tokens, in arrays of their own size. */
export function firstTokens(layer: LayerCache, tokens: number, keep: number, kvHeads: number): LayerCache {
  return keep === tokens
    ? layer
    : { k: firstOfEachHead(layer.k, tokens, keep, kvHeads), v: firstOfEachHead(layer.v, tokens, keep, kvHeads) };
}

function firstOfEachHead(data: Float32Array, tokens: number, keep: number, heads: number): Float32Array {
  const width = data.length / heads / tokens;
  const kept = new Float32Array(heads * keep * width);
  for (let head = 0; head < heads; head++) {
    const from = head * tokens * width;
    kept.set(data.subarray(from, from + keep * width), head * keep * width);
  }
  return kept;
}
