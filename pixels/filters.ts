/**
 * @file Pillow's resampling filters as fixed-point weights: which source pixels make an output pixel, and how much each counts.
 * Reference: `precompute_coeffs` and `normalize_coeffs_8bpc` of Pillow's src/libImaging/Resample.c.
 */
import type { ResampleFilter } from './raster.ts';

/** Bits after the binary point of a weight. */
export const precision = 22;

/** One pass along one axis. Output pixel `i` is the weighted sum of the `counts[i]` source pixels from `starts[i]` on. */
export type Weights = {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** The weights of output pixel `i` begin at `i * stride`. */
  readonly values: Int32Array;
  readonly stride: number;
};

type Kernel = { readonly support: number; readonly at: (x: number) => number };

const kernels: Record<ResampleFilter, Kernel> = {
  bilinear: { support: 1, at: triangle },
  bicubic: { support: 2, at: cubic },
  lanczos: { support: 3, at: lanczos },
};

/** Weights that take `from` pixels to `to` pixels; only those of the `outputs` pixels from `first` on. */
export function computeWeights(from: number, to: number, filter: ResampleFilter, first = 0, outputs = to): Weights {
  const { support, at } = kernels[filter];
  const scale = from / to;
  const stretch = Math.max(scale, 1); // when shrinking, the filter is widened: antialiasing
  const reach = support * stretch;
  const stride = Math.ceil(reach) * 2 + 1;
  const starts = new Int32Array(outputs);
  const counts = new Int32Array(outputs);
  const values = new Int32Array(outputs * stride);
  const exact = new Float64Array(stride);

  for (let i = 0; i < outputs; i++) {
    const centre = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - reach + 0.5));
    const count = Math.min(from, Math.trunc(centre + reach + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = at((k + start - centre + 0.5) * (1 / stretch));
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) values[i * stride + k] = fixedPoint((exact[k] ?? 0) / (sum === 0 ? 1 : sum));
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, values, stride };
}

/** Rounded half away from zero. */
function fixedPoint(weight: number): number {
  return Math.trunc(weight * 2 ** precision + (weight < 0 ? -0.5 : 0.5));
}

function triangle(x: number): number {
  const d = Math.abs(x);
  return d < 1 ? 1 - d : 0;
}

/** Keys' cubic with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5;
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

function lanczos(x: number): number {
  return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  const angle = x * Math.PI;
  return Math.sin(angle) / angle;
}
