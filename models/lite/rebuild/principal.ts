/** @file Principal directions of the rows of a matrix: its right singular vectors after the mean row is taken away. */
import type { Matrix } from './initializer.ts';

const maxSweeps = 30;
const orthogonal = 1e-10;
/** Rows shorter than this, relative to the whole matrix, are rounding noise: a matrix without its mean row has at least one such. */
const negligible = 1e-12;

/**
 * The `count` strongest directions, rows of unit length, each with a positive sum of its values. One-sided Jacobi: pairs of rows are turned
 * until all are at right angles; then every row is a singular vector times its singular value.
 */
export function principalDirections({ rows, columns, data }: Matrix, count: number): Float32Array {
  const turned = centredRows(rows, columns, data);
  const noise = negligible ** 2 * turned.reduce((sum, row) => sum + product(row, row), 0);
  for (let sweep = 0, changed = true; changed; sweep++) {
    if (sweep === maxSweeps) throw new Error(`the rows are not orthogonal after ${maxSweeps} sweeps`);
    changed = false;
    for (let i = 0; i < rows - 1; i++) {
      for (let j = i + 1; j < rows; j++) changed = turn(turned[i] ?? data, turned[j] ?? data, noise) || changed;
    }
  }
  const strongest = turned.map((row) => ({ row, length: Math.sqrt(product(row, row)) })).sort((a, b) => b.length - a.length);
  const result = new Float32Array(count * columns);
  for (const [i, { row, length }] of strongest.slice(0, count).entries()) {
    const sum = row.reduce((total, value) => total + value, 0);
    result.set(
      row.map((value) => (value / length) * Math.sign(sum)),
      i * columns,
    );
  }
  return result;
}

function centredRows(rows: number, columns: number, data: Float64Array): Float64Array[] {
  const copies = Array.from({ length: rows }, (_, i) => data.slice(i * columns, (i + 1) * columns));
  const mean = Float64Array.from({ length: columns }, (_, j) => copies.reduce((sum, row) => sum + (row[j] ?? 0), 0) / rows);
  return copies.map((row) => row.map((value, j) => value - (mean[j] ?? 0)));
}

/** Turns two rows in their plane so that they are at right angles. False when they were already. */
function turn(a: Float64Array, b: Float64Array, noise: number): boolean {
  const aa = product(a, a);
  const bb = product(b, b);
  const ab = product(a, b);
  if (Math.abs(ab) <= orthogonal * Math.sqrt(aa * bb) || Math.min(aa, bb) <= noise) return false;
  const ratio = (bb - aa) / (2 * ab);
  const tangent = (ratio < 0 ? -1 : 1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  for (let k = 0; k < a.length; k++) {
    const x = a[k] ?? 0;
    const y = b[k] ?? 0;
    a[k] = cosine * x - sine * y;
    b[k] = sine * x + cosine * y;
  }
  return true;
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] ?? 0) * (b[k] ?? 0);
  return sum;
}
