/** @file The HD transform: how large a picture becomes, and where it lies. The golden pixels are in test/models/prompt/phi3-v.test.ts. */
import { describe, expect, it } from 'vitest';
import { layoutHd } from '../../pixels/hd.ts';
import type { HdRequest, Raster } from '../../pixels/raster.ts';
import { crop, render } from '../../pixels/resample.ts';
import { scalarResize } from './scalar-resize.ts';

const published = { side: 336, crops: 16 };

it.each([
  // width, height -> raster, picture, margin: worked out by the formulas of image_processing_phi3_v.py
  [1000, 1000, [1344, 1344], [1344, 1344], 0],
  [640, 480, [1344, 1008], [1344, 1008], 0],
  [1600, 900, [1680, 1008], [1680, 945], 31],
  [900, 1600, [1008, 1680], [945, 1680], 31],
  [5000, 300, [5376, 336], [5376, 322], 7],
  [100_000, 10, [5376, 336], [5376, 1], 167],
  [10, 7, [1344, 1008], [1344, 940], 34],
] as const)('%i x %i is enlarged or reduced until the crops are used up', (width, height, raster, picture, margin) => {
  expect(layoutHd({ width, height }, published)).toEqual({
    raster: { width: raster[0], height: raster[1] },
    picture: { width: picture[0], height: picture[1] },
    margin,
    tall: width < height,
  });
});

it('uses no more crops than are allowed', () => {
  for (const crops of [1, 2, 5, 16])
    for (const [width, height] of [
      [100, 100],
      [300, 100],
      [99, 1000],
      [123, 457],
    ] as const) {
      const { raster } = layoutHd({ width, height }, { side: 10, crops });
      expect((raster.width * raster.height) / 100).toBeLessThanOrEqual(crops);
      expect([raster.width % 10, raster.height % 10]).toEqual([0, 0]);
    }
});

describe('a picture', () => {
  const request: HdRequest = { fit: 'hd', side: 20, crops: 6, filter: 'bilinear' };
  const noise = (width: number, height: number): Raster => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2_654_435_761) >>> 24),
  });
  const turned = ({ width, height, data }: Raster): Raster => ({
    width: height,
    height: width,
    data: Uint8Array.from(data, (_, i) => {
      const [pixel, channel] = [Math.floor(i / 3), i % 3];
      return data[((pixel % height) * width + Math.floor(pixel / height)) * 3 + channel] ?? 0;
    }),
  });
  const isWhite = ({ data }: Raster) => data.every((value) => value === 255);

  it('keeps its aspect and has white above and below', () => {
    const source = noise(95, 50); // 60 x 31 of 60 x 40: 4 lines above, 5 below
    const raster = render(source, request);
    expect(raster).toMatchObject({ width: 60, height: 40 });
    expect(crop(raster, 0, 4, 60, 35)).toEqual(scalarResize(source, 60, 31, 'bilinear'));
    expect(isWhite(crop(raster, 0, 0, 60, 4)) && isWhite(crop(raster, 0, 35, 60, 40))).toBe(true);
  });

  it('that is tall is resized lying on its side, to the last bit', () => {
    const source = noise(95, 50);
    expect(render(turned(source), request)).toEqual(turned(render(source, request)));
    // Upright, the passes come in the other order, and the rounding between them shows.
    expect(crop(render(turned(source), request), 4, 0, 35, 60)).not.toEqual(scalarResize(turned(source), 31, 60, 'bilinear'));
  });

  it('that was decoded at another size lies where the whole one would', () => {
    const raster = render(noise(96, 50), request, { width: 950, height: 500 });
    expect(isWhite(crop(raster, 0, 0, 60, 4)) && isWhite(crop(raster, 0, 35, 60, 40))).toBe(true);
    expect(raster).toMatchObject({ width: 60, height: 40 });
  });
});
