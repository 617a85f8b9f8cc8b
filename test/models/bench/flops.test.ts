/** @file How much there is to compute, against counting it and against published sizes. */
import { expect, it } from 'vitest';
import { attentionWork, decoderWork, pictureWork, textWork, visionWork } from '../../../models/bench/flops.ts';
import { catalogue } from '../../../models/hub/catalogue.ts';
import { decoderLayerWeights, type VlmShape } from '../../../models/hub/memory.ts';

const small: VlmShape = { layers: 3, hidden: 8, mlp: 16, kvHeads: 1, headDim: 4, vision: { layers: 2, hidden: 4, mlp: 8 } };
const eightBillion = catalogue[0]?.shape ?? small;

/** Multiplies two matrices on paper. */
const product = (rows: number, inner: number, columns: number): number => 2 * rows * inner * columns;

it('counts the products of each layer, and those of the last layer for one token', () => {
  const tokens = 5;
  const inner = 2 * product(tokens, 8, 4) + 2 * product(tokens, 8, 8) + 3 * product(tokens, 8, 16);
  const last = 2 * product(tokens, 8, 4) + 2 * product(1, 8, 8) + 3 * product(1, 8, 16);
  const work = decoderWork(small, tokens);
  expect(work.products).toBe(2 * inner + last);
  expect(work.weights).toBe(3 * decoderLayerWeights(small));
});

it('counts the scores of attention, past included, and only the chunks below the diagonal of long sequences', () => {
  expect(attentionWork(small, 5)).toBe(product(5, 8, 5) + product(5, 5, 8));
  expect(attentionWork(small, 5, 7)).toBe(product(5, 8, 12) + product(5, 12, 8));
  // Two chunks of 500: the first sees 500 keys, the second 1,000.
  expect(attentionWork(small, 1000)).toBe(2 * product(500, 8, 500) + 2 * product(500, 8, 1000));
  expect(decoderWork(small, 5, 7).attention).toBe(2 * attentionWork(small, 5, 7) + 2 * product(1, 8, 12));
});

it('agrees with the sizes that Llama-3-8B and CLIP ViT-L/14-336 are known by', () => {
  expect(decoderLayerWeights(eightBillion) / 1e6).toBeCloseTo(218.1, 1);
  // 5 tiles of 577 tokens through 23 layers of 12.6 million weights, their attention, and the projector: measured by others as 1.9.
  expect(visionWork(eightBillion) / 1e12).toBeCloseTo(1.95, 1);
  expect(textWork(eightBillion).products / 1e12).toBeCloseTo((2 * 31.2 * 218.1e6 * 32) / 1e12, 1);
  expect(pictureWork(eightBillion).products / 1e12).toBeCloseTo(31.8, 0);
});
