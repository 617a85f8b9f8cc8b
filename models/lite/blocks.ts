/**
 * @file The vector of this engine: [ text 384 | features 64 | colours 16 ]. A picture fills all three and always has the length sqrt(1.7), so
 * dot product and cosine rank pictures alike. A text leaves the features empty, and the colours too when it names none.
 */

export const textSize = 384;
export const featureSize = 64;
export const colourSize = 16; // eleven colours and room
export const dimension = textSize + featureSize + colourSize;

const featureWeight = Math.sqrt(0.5);
const colourWeight = Math.sqrt(0.2);

export type Blocks = { readonly text: Float32Array; readonly features?: Float32Array; readonly colours: Float32Array };

/** Writes one vector of `dimension` values at the beginning of `target`. */
export function writeVector(target: Float32Array, { text, features, colours }: Blocks): void {
  target.set(text);
  if (features) target.set(scaled(features, featureWeight), textSize);
  target.set(scaled(colours, colourWeight), textSize + featureSize);
}

/** The text block of a vector, a view. */
export function textBlock(vector: Float32Array): Float32Array {
  return vector.subarray(0, textSize);
}

function scaled(values: Float32Array, weight: number): Float32Array {
  return values.map((value) => value * weight);
}
