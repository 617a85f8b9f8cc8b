/** @file Pixels as a network takes them: one plane per channel, scaled. */
import type { Raster } from '../../pixels/raster.ts';
import type { TensorInput } from '../runtime/session.ts';

/** Per plane: which channel of the raster it shows (0 red, 1 green, 2 blue) and `x = (level - mean) / deviation`. */
export type PlaneScale = { readonly channel: number; readonly mean: number; readonly deviation: number };

export type PlaneMaker = (raster: Raster) => TensorInput;

/** Input of shape [1, planes, height, width]. Levels go through a table: there are only 256. */
export function planeMaker(scales: readonly PlaneScale[]): PlaneMaker {
  const tables = scales.map(({ mean, deviation }) => Float32Array.from({ length: 256 }, (_, level) => (level - mean) / deviation));
  return ({ width, height, data }) => {
    const size = width * height;
    const planes = new Float32Array(size * scales.length);
    for (const [plane, { channel }] of scales.entries()) {
      const table = tables[plane] ?? new Float32Array(256);
      const target = planes.subarray(plane * size, (plane + 1) * size);
      for (let i = 0, at = channel; i < size; i++, at += 3) target[i] = table[data[at] ?? 0] ?? 0;
    }
    return { data: planes, shape: [1, scales.length, height, width] };
  };
}
