/** @file The thousand names that the classifier knows, and their vectors from the sentence encoder. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { textSize } from './blocks.ts';
import { addScaled, row, unit } from './vector.ts';

export const labelCount = 1000;

/** All names lie in one narrow cone. Half their mean is taken away from pictures and texts alike: measured better than none and all. */
const centring = 0.5;

export type Labels = {
  readonly names: readonly string[];
  /** labelCount x textSize, rows of unit length. */
  readonly vectors: Float32Array;
  /** From a vector of the sentence encoder (of any length) to the text block of this engine's vector. */
  centre(vector: Float32Array | Float64Array): Float32Array;
};

export async function readLabels(directory: string): Promise<Labels> {
  const names = await readLabelNames(directory);
  const vectors = await readFloats(path.join(directory, 'label-vectors.f32'), labelCount * textSize);
  const mean = new Float64Array(textSize);
  for (let c = 0; c < labelCount; c++) addScaled(mean, row(vectors, c, textSize), 1 / labelCount);

  function centre(vector: Float32Array | Float64Array): Float32Array {
    const moved = unit(vector);
    addScaled(moved, mean, -centring);
    return unit(moved);
  }

  return { names, vectors, centre };
}

/** The commonest name of each. */
export async function readLabelNames(directory: string): Promise<string[]> {
  const { classes } = JSON.parse(await readFile(path.join(directory, 'labels.json'), 'utf8')) as { classes: { names: string[] }[] };
  return classes.map(({ names }) => names[0] ?? '');
}

/** A file of little-endian float32 numbers. */
export async function readFloats(file: string, count: number): Promise<Float32Array> {
  const bytes = await readFile(file);
  if (bytes.length !== count * 4) {
    throw new AppError(
      'model-missing',
      `The model file ${path.basename(file)} has ${bytes.length} bytes instead of ${count * 4} (${file}).`,
    );
  }
  // A copy, since a view must begin at a multiple of 4. Every platform that Node runs on is little-endian too.
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
