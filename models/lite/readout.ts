/** @file What a vector says "in one word": the names whose vectors lie nearest, as probabilities. */
import type { Word } from '../../core/indexing/embedder.ts';
import { textBlock, textSize } from './blocks.ts';
import { type Labels, labelCount } from './labels.ts';
import { dot, largest, row, softmax } from './vector.ts';

/**
 * Softmax over the cosines between the text block and the thousand names, centred alike. At this temperature the probabilities of pictures
 * come closest to the classifier's own (least cross-entropy on 182 captioned pictures; the best name has 0.10 on average in both).
 */
const temperature = 0.155;

export type Readout = (vector: Float32Array, k: number) => Word[];

export function makeReadout(labels: Labels): Readout {
  const centred = new Float32Array(labelCount * textSize);
  for (let label = 0; label < labelCount; label++) centred.set(labels.centre(row(labels.vectors, label, textSize)), label * textSize);

  return (vector, k) => {
    const text = textBlock(vector);
    const cosines = Float32Array.from({ length: labelCount }, (_, label) => dot(row(centred, label, textSize), text));
    const probabilities = softmax(cosines, temperature);
    return largest(probabilities, k).map((label) => ({ text: labels.names[label] ?? '', probability: probabilities[label] ?? 0 }));
  };
}
