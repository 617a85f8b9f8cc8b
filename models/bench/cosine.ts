/** @file How alike vectors are. */

export function cosine(a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()): number {
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return dot / Math.sqrt(ofA * ofB);
}

/** The smallest of `rows` pairs of rows; NaN where there is nothing to compare. */
export function leastCosine(a: Float32Array, b: Float32Array, rows: number): number {
  const width = a.length / rows;
  if (a.length === 0 || a.length !== b.length || !Number.isInteger(width)) return Number.NaN;
  const row = (of: Float32Array, index: number) => of.subarray(index * width, (index + 1) * width);
  return Math.min(...Array.from({ length: rows }, (_, index) => cosine(row(a, index), row(b, index))));
}
