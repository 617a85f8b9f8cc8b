/** @file Numbers that look drawn from a normal distribution, the same for the same seed: for inputs and weights of models that are only timed. */

/** Longer runs repeat these numbers from other places on: a billion of them are needed in seconds. A prime, so that no row length divides it. */
const distinct = 1_048_573;

let pool: Float32Array | undefined;

/** Mean 0, deviation 1. */
export function gaussian(count: number, seed: number): Float32Array<ArrayBuffer> {
  pool ??= boxMuller(distinct);
  const values = new Float32Array(count);
  // The golden ratio spreads the seeds' starts evenly.
  let start = Math.floor(((seed * 0.6180339887498949) % 1) * distinct);
  for (let done = 0; done < count; ) {
    const piece = pool.subarray(start, start + count - done);
    values.set(piece, done);
    done += piece.length;
    start = 0;
  }
  return values;
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
