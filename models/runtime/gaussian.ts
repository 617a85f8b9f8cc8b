/** @file Numbers that look drawn from a normal distribution, the same for the same seed: for inputs and weights of models that are only timed. */

/**
 * Mean 0, deviation 1. Longer tensors repeat these numbers from other places on: a billion are needed in seconds. Their count is a prime, so
 * that no row of a matrix repeats another.
 */
export const normalNumbers: Float32Array = boxMuller(1_048_573);

type Numbers = Float32Array | Uint16Array | Int8Array | Uint8Array;

/** Fills the target with `numbers` over and over, from a place that the seed decides on. */
export function repeat<T extends Numbers>(numbers: T, target: T, seed: number): T {
  // The golden ratio spreads the places evenly.
  let start = Math.floor(((seed * 0.618_033_988_749_894_9) % 1) * numbers.length);
  for (let done = 0; done < target.length; ) {
    const piece = numbers.subarray(start, start + target.length - done);
    target.set(piece, done);
    done += piece.length;
    start = 0;
  }
  return target;
}

export function gaussian(count: number, seed: number): Float32Array {
  return repeat(normalNumbers, new Float32Array(count), seed);
}

/** The upper halves of float32: bfloat16, cut off. */
export function brainFloats(floats: Float32Array): Uint16Array {
  const halves = new Uint16Array(floats.buffer, floats.byteOffset, 2 * floats.length);
  const upper = new Uint16Array(floats.length);
  for (let i = 0; i < upper.length; i++) upper[i] = halves[2 * i + 1] as number;
  return upper;
}

/** The bits of float16. */
export function halfFloats(floats: Float32Array): Uint16Array {
  return new Uint16Array(new Float16Array(floats).buffer);
}

function boxMuller(count: number): Float32Array {
  const values = new Float32Array(count);
  const next = mulberry32(20_240_712);
  for (let i = 0; i < count; i++) values[i] = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return values;
}

/** Uniform in [0, 1). Reference: https://github.com/cprosche/mulberry32 */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
