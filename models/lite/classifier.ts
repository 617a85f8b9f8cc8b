/** @file The picture network: EfficientNet-Lite2 on the whole picture, squashed. Names with probabilities, and features. */
import path from 'node:path';
import type { Raster, SizedRequest } from '../../pixels/raster.ts';
import { openSession, type SessionOptions } from '../runtime/session.ts';
import { featureSize, textSize } from './blocks.ts';
import { type Labels, readFloats } from './labels.ts';
import { planeMaker } from './planes.ts';
import { addScaled, dot, largest, row, softmax, unit } from './vector.ts';

export const classifierRaster: SizedRequest = { fit: 'squash', width: 260, height: 260, filter: 'bicubic' };

/** How many names take part in a vector. */
export const topCount = 10;
const temperature = 1.5;
const rawFeatures = 1280;

export type Classified = {
  /** One probability per label. */
  readonly probabilities: Float32Array;
  /** Positions of the `topCount` most probable labels, best first. */
  readonly top: readonly number[];
  /** Unit length, `featureSize` values. */
  readonly features: Float32Array;
};

export type Classifier = {
  /** Takes the `classifierRaster` of a picture. */
  classify(raster: Raster): Promise<Classified>;
  close(): Promise<void>;
};

export async function openClassifier(directory: string, options: SessionOptions): Promise<Classifier> {
  const components = await readFloats(path.join(directory, 'feature-pca.f32'), featureSize * rawFeatures);
  const session = await openSession(path.join(directory, 'image.onnx'), options);
  const planes = planeMaker([0, 1, 2].map((channel) => ({ channel, mean: 127, deviation: 128 })));

  return {
    async classify(raster) {
      const { logits = new Float32Array(), features = new Float32Array() } = await session.run({ image: planes(raster) });
      const probabilities = softmax(logits, temperature);
      const reduced = Float32Array.from({ length: featureSize }, (_, i) => dot(row(components, i, rawFeatures), features));
      return { probabilities, top: largest(probabilities, topCount), features: unit(reduced) };
    },
    close: () => session.close(),
  };
}

/** The names' vectors, weighted by their probabilities. */
export function mixture({ probabilities, top }: Classified, labels: Labels): Float32Array {
  const sum = new Float32Array(textSize);
  for (const label of top) addScaled(sum, row(labels.vectors, label, textSize), probabilities[label] ?? 0);
  return sum;
}

/** Share of the probability that animals have: labels 0 to 397. */
export function animalShare({ probabilities }: Classified): number {
  return probabilities.subarray(0, 398).reduce((sum, p) => sum + p, 0);
}
