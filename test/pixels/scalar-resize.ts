/** @file The resampler in its plainest form: what the WebAssembly kernel has to equal, byte for byte. */
import { computeWeights, precision, type Weights } from '../../pixels/filters.ts';
import type { Raster, ResampleFilter } from '../../pixels/raster.ts';

/** Across first, rounded to 8 bits, then down, or the other way round, as Pillow does. */
export function scalarResize(source: Raster, width: number, height: number, filter: ResampleFilter): Raster {
  const rowsLost = source.height - height;
  if (rowsLost <= 0 || rowsLost <= (source.width - width) * 2) return acrossThenDown(source, width, height, filter);
  return acrossThenDown(acrossThenDown(source, source.width, height, filter), width, height, filter);
}

function acrossThenDown(source: Raster, width: number, height: number, filter: ResampleFilter): Raster {
  const across = pass(source.data, computeWeights(source.width, width, filter), {
    lines: source.height,
    from: { pixel: 3, line: source.width * 3 },
    to: { pixel: 3, line: width * 3 },
  });
  const data = pass(across, computeWeights(source.height, height, filter), {
    lines: width,
    from: { pixel: width * 3, line: 3 },
    to: { pixel: width * 3, line: 3 },
  });
  return { width, height, data };
}

/** Distances in bytes: between neighbours along the axis, and between the lines that are resampled one by one. */
type Steps = { readonly pixel: number; readonly line: number };

function pass(source: Uint8Array, weights: Weights, { lines, from, to }: { lines: number; from: Steps; to: Steps }): Uint8Array {
  const { starts, counts, values, stride } = weights;
  const target = new Uint8Array(starts.length * lines * 3);
  for (let line = 0; line < lines; line++) {
    for (let i = 0; i < starts.length; i++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 1 << (precision - 1);
        for (let k = 0; k < (counts[i] ?? 0); k++) {
          const pixel = source[line * from.line + ((starts[i] ?? 0) + k) * from.pixel + channel] ?? 0;
          sum += pixel * (values[i * stride + k] ?? 0);
        }
        target[line * to.line + i * to.pixel + channel] = Math.min(255, Math.max(0, sum >> precision));
      }
    }
  }
  return target;
}
