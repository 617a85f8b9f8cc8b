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

/** Where the first tokens of a sequence are kept while it passes the layers. */
export type KvKeeper = {
  /** Copies them out of a layer's keys and values, of more tokens or as many. */
  add(layer: LayerCache): void;
  /** All that was added. */
  cache(): KvCache;
};

/**
 * One piece of memory for all layers: kept one by one, they would lie between what passes, and the memory around them could not be given back.
 */
export function createKvKeeper(tokens: number, layers: number, { kvHeads, headDim }: { kvHeads: number; headDim: number }): KvKeeper {
  const width = tokens * headDim;
  const all = new Float32Array(2 * layers * kvHeads * width);
  const kept: LayerCache[] = [];
  let end = 0;

  function copy(data: Float32Array): Float32Array {
    const start = end;
    for (let head = 0; head < kvHeads; head++) {
      const from = (data.length / kvHeads) * head;
      all.set(data.subarray(from, from + width), end);
      end += width;
    }
    return all.subarray(start, end);
  }

  return {
    add: ({ k, v }) => kept.push({ k: copy(k), v: copy(v) }),
    cache: () => kvCache(kept, tokens),
  };
}
