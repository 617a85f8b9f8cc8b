/** @file The middle of a picture with its shorter edge resized. The golden pixels are in test/models/prompt/square.test.ts. */
import { describe, expect, it } from 'vitest';
import { layoutCover } from '../../pixels/cover.ts';
import type { CoverRequest, Raster } from '../../pixels/raster.ts';
import { crop, render } from '../../pixels/resample.ts';
import { scalarResize } from './scalar-resize.ts';

const square = { fit: 'cover', shorter: 64, width: 64, height: 64, filter: 'bicubic' } as const satisfies CoverRequest;

function noise(width: number, height: number): Raster {
  let state = width * 7919 + height;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return { width, height, data };
}

it.each([
  [641, 427, { width: 96, height: 64 }, 16, 0],
  [427, 641, { width: 64, height: 96 }, 0, 16],
  [100, 67, { width: 95, height: 64 }, 15, 0],
  [7, 10, { width: 64, height: 91 }, 0, 13],
  [64, 64, { width: 64, height: 64 }, 0, 0],
  [1, 2_000_000_000, { width: 64, height: 128_000_000_000 }, 0, 63_999_999_968],
])('%i x %i becomes the size of the reference, cut where it cuts', (width, height, picture, left, top) => {
  expect(layoutCover({ width, height }, square)).toEqual({ picture, window: { left, top, width: 64, height: 64 } });
});

describe('the pixels', () => {
  it.each([
    [96, 64],
    [64, 96],
    [641, 427],
    [427, 641],
    [131, 33],
    [33, 131],
    [40, 1999],
    [1999, 40],
    [300, 900],
    [10, 7],
    [1, 1],
    [64, 64],
  ])('are those of the whole resized picture, cropped: %i x %i', (width, height) => {
    const source = noise(width, height);
    for (const request of [square, { ...square, shorter: 71, filter: 'bilinear' }, { ...square, width: 31, height: 50 }] as const) {
      const { picture, window } = layoutCover(source, request);
      const whole = scalarResize(source, picture.width, picture.height, request.filter);
      const expected = crop(whole, window.left, window.top, window.left + window.width, window.top + window.height);
      expect(render(source, request)).toEqual(expected);
    }
  });

  it('of a strip cost no more than the part that is seen', () => {
    const strip = { width: 200_000, height: 1, data: new Uint8Array(600_000).fill(90) };
    expect(render(strip, square).data.every((value) => value === 90)).toBe(true);
  });

  it('are cut by the whole picture’s proportions where it was decoded smaller', () => {
    const half = noise(51, 33);
    const { picture, window } = layoutCover({ width: 102, height: 67 }, square);
    const expected = scalarResize(half, picture.width, picture.height, 'bicubic');
    expect(render(half, square, { width: 102, height: 67 })).toEqual(crop(expected, window.left, 0, window.left + 64, 64));
  });
});
