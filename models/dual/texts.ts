/** @file Ids of several texts as one input of a text tower. */
import type { TextFamily } from '../arch/architecture.ts';
import type { Tensors } from '../runtime/stage-run.ts';

/**
 * ids and mask int64 [n, T], places int64 [n]: where each text is read. Shorter ones are filled up with their own last id, which comes after
 * the place where a causal text is read and is never seen from there. Padded ones have one length already.
 */
export function textInputs(texts: readonly (readonly number[])[], { reading, endToken }: TextFamily): Tensors {
  const tokens = Math.max(1, ...texts.map((ids) => ids.length));
  const ids = new BigInt64Array(texts.length * tokens);
  const mask = new BigInt64Array(texts.length * tokens);
  const places = new BigInt64Array(texts.length);
  for (const [row, text] of texts.entries()) {
    const all = ids.subarray(row * tokens, (row + 1) * tokens).fill(BigInt(text.at(-1) ?? 0));
    text.forEach((id, at) => {
      all[at] = BigInt(id);
    });
    mask.fill(1n, row * tokens, row * tokens + text.length);
    places[row] = BigInt(reading === 'causal' ? placeOf(text, endToken) : tokens - 1);
  }
  return {
    ids: { data: ids, shape: [texts.length, tokens] },
    mask: { data: mask, shape: [texts.length, tokens] },
    places: { data: places, shape: [texts.length] },
  };
}

/** As the library looks for it: the first end token, or the first of the highest ids. A text without its end token is read at its beginning. */
function placeOf(ids: readonly number[], endToken: number | undefined): number {
  return Math.max(0, ids.indexOf(endToken ?? Math.max(...ids)));
}
