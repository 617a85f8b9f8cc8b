/** @file Arithmetic on rows of numbers, as much as this engine needs of it. */

export type Numbers = Float32Array | Float64Array;

/** Row `i` of a matrix whose rows have `size` values; a view, not a copy. */
export function row(matrix: Float32Array, i: number, size: number): Float32Array {
  return matrix.subarray(i * size, (i + 1) * size);
}

export function dot(a: Numbers, b: Numbers): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

export function norm(a: Numbers): number {
  return Math.sqrt(dot(a, a));
}

/** `target += weight * source` */
export function addScaled(target: Numbers, source: Numbers, weight: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + weight * (source[i] ?? 0);
}

/** A copy of length 1; zeros stay zeros. */
export function unit(a: Numbers): Float32Array {
  const scale = 1 / (norm(a) + 1e-9);
  return Float32Array.from(a, (value) => value * scale);
}

/** exp(a / temperature), scaled to sum 1. */
export function softmax(a: Numbers, temperature = 1): Float32Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of a) highest = Math.max(highest, value);
  const raised = Float64Array.from(a, (value) => Math.exp((value - highest) / temperature));
  const sum = raised.reduce((total, value) => total + value, 0);
  return Float32Array.from(raised, (value) => value / sum);
}

/** Positions of the k largest values, largest first; the earlier of two equals first. */
export function largest(a: Numbers, k: number): number[] {
  const best: number[] = [];
  for (let i = 0; i < a.length; i++) {
    const value = a[i] ?? 0;
    if (best.length === k && value <= (a[best[k - 1] ?? 0] ?? 0)) continue;
    if (best.length === k) best.pop();
    let at = best.length;
    while (at > 0 && value > (a[best[at - 1] ?? 0] ?? 0)) at--;
    best.splice(at, 0, i);
  }
  return best;
}
