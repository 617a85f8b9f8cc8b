/**
 * @file Seeded vectors that look like embeddings of pictures: clusters with a falling spectrum plus noise, all of one length.
 * Easier than real ones (a neighbour of the same cluster is always near): recall on real pictures is lower.
 */

export type SyntheticOptions = {
  readonly rows: number;
  readonly dimension: number;
  readonly seed?: number;
  /** 0 makes vectors that belong to none. */
  readonly clusters?: number;
  /** Length of every vector; the embedded engine's is not 1. */
  readonly length?: number;
};

/** Row-major. Rows of different seeds share the cluster centres, so one seed makes the library and another its queries. */
export function syntheticVectors({ rows, dimension, seed = 1, clusters = 500, length = Math.sqrt(1.7) }: SyntheticOptions): Float32Array {
  const spectrum = Float64Array.from({ length: dimension }, (_, i) => (i + 1) ** -0.5);
  const centreRandom = gaussian(12_345);
  const centres = new Float32Array(clusters * dimension).map((_, i) => centreRandom() * (spectrum[i % dimension] ?? 0));
  const random = gaussian(seed);
  const pick = uniform(seed + 7919);
  const vectors = new Float32Array(rows * dimension);
  for (let row = 0; row < rows; row++) {
    const centre = Math.floor(pick() * clusters) * dimension;
    let sum = 0;
    for (let i = 0; i < dimension; i++) {
      const value = (centres[centre + i] ?? 0) + 0.9 * random() * (spectrum[i] ?? 0);
      vectors[row * dimension + i] = value;
      sum += value * value;
    }
    const scale = length / Math.sqrt(sum);
    for (let i = 0; i < dimension; i++) vectors[row * dimension + i] = (vectors[row * dimension + i] ?? 0) * scale;
  }
  return vectors;
}

/** mulberry32 */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box-Muller. */
function gaussian(seed: number): () => number {
  const random = uniform(seed);
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
