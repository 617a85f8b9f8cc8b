/** @file How much there is to compute, against counting it and against published sizes. */
import { expect, it } from 'vitest';
import { openModel } from '../../../models/arch/index.ts';
import { attentionWork, decoderWork, pictureLoads, pictureWork, textTowerWork, textWork, visionWork } from '../../../models/bench/flops.ts';
import { requireShape, syntheticShapes } from '../../../models/bench/shapes.ts';
import { type DualShape, decoderLayerWeights, type Shape, shapeOf, type VlmShape } from '../../../models/hub/memory.ts';

const small: VlmShape = {
  ...{ kind: 'vlm', layers: 3, hidden: 8, mlp: 16, kvHeads: 1, headDim: 4 },
  ...{ vision: { layers: 2, hidden: 4, mlp: 8, tokens: 5, ends: 100 }, tiles: 5, tileRows: 5 },
};

function shapeNamed(name: string): Shape {
  const { config } = requireShape(name);
  return shapeOf(openModel({ modelType: String(config.model_type), config }));
}

const vlmNamed = (name: string): VlmShape => shapeNamed(name) as VlmShape;
const dualNamed = (name: string): DualShape => shapeNamed(name) as DualShape;
const eightBillion: VlmShape = { ...vlmNamed('e5v-8b'), layers: 32 };

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
  expect(visionWork(eightBillion.vision, 5) / 1e12).toBeCloseTo(1.95, 1);
  expect(textWork(eightBillion).products / 1e12).toBeCloseTo((2 * 31.2 * 218.1e6 * 32) / 1e12, 1);
  expect(decoderWork(eightBillion, pictureLoads.anyres[0].tokens).products / 1e12).toBeCloseTo(31.8, 0);
  expect(pictureWork(eightBillion).products / 1e12).toBeCloseTo(31.8, 0);
});

it('counts a tile by its products, its scores and what comes before and after the layers', () => {
  const layer = 4 * product(5, 4, 4) + 2 * product(5, 4, 8) + 2 * product(5, 4, 5);
  expect(visionWork(small.vision, 3)).toBe(3 * (2 * layer + 2 * 100));
});

it('agrees with the sizes that encoders are known by', () => {
  // Published as 4.4 billion multiplications (ViT-B/32), and 17.6 (ViT-B/16).
  expect(visionWork(dualNamed('clip-b32').vision, 1) / 2e9).toBeCloseTo(4.4, 1);
  expect(visionWork(dualNamed('siglip-b16').vision, 1) / 2e9).toBeCloseTo(17.6, -1);
  expect(visionWork(dualNamed('clip-l14-336').vision, 1) / 2e9).toBeCloseTo(191, -1);
  expect(textTowerWork(dualNamed('clip-b32'), 77) / 2e9).toBeCloseTo(2.98, 1);
  // Measured by others as 213 billion operations.
  expect(visionWork(vlmNamed('smolvlm-256m').vision, 1) / 1e9).toBeCloseTo(213, -1);
  expect((decoderLayerWeights(vlmNamed('smolvlm-256m')) * 30) / 1e6).toBeCloseTo(106.2, 0);
});

it.each(Object.keys(syntheticShapes))('has work for a text and a picture of %s, the shape of a model that can be opened', (name) => {
  const [text, picture] = [textWork(shapeNamed(name)), pictureWork(shapeNamed(name))];
  expect(text.products + text.encoders).toBeGreaterThan(1e9);
  expect(picture.products + picture.encoders).toBeGreaterThan(text.products + text.encoders);
});

it('counts less of a picture that is read as one tile', () => {
  const whole = pictureWork(vlmNamed('smolvlm-256m'));
  const base = pictureWork(vlmNamed('smolvlm-256m'), 'base');
  expect(whole.encoders / base.encoders).toBeCloseTo(0.8 * 17, 5);
  expect(base.products).toBeLessThan(whole.products / 5);
});
