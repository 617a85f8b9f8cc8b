/** @file The resampler against Pillow's own output and against the plain scalar version. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { compileKernel } from '../../pixels/assembly/build.ts';
import type { Raster, ResampleFilter } from '../../pixels/raster.ts';
import { crop, placementOf, render } from '../../pixels/resample.ts';
import { scalarResize } from './scalar-resize.ts';

const root = path.resolve(import.meta.dirname, '../..');
const fixtures = path.join(root, 'test/fixtures/pixels');
const filters: readonly ResampleFilter[] = ['bilinear', 'bicubic', 'lanczos'];

type PillowCase = { image: string; width: number; height: number; filter: ResampleFilter; sha256: string };
const pillowCases = JSON.parse(readFileSync(path.join(fixtures, 'pillow-resize.json'), 'utf8')) as PillowCase[];

async function decode(file: string): Promise<Raster> {
  const { data, info } = await sharp(file).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/** Noise with hard edges, the same in every run: overshoot beyond 0 and 255 is what clamping is for. */
function noise(width: number, height: number, seed: number): Raster {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = state >>> 24;
    return value < 80 ? 0 : value > 176 ? 255 : value;
  });
  return { width, height, data };
}

describe('against Pillow', () => {
  it.each(pillowCases)('resizes $image to $width x $height, $filter, bit for bit', async ({ image, width, height, filter, sha256 }) => {
    const result = render(await decode(path.join(fixtures, image)), { fit: 'squash', width, height, filter });
    expect(createHash('sha256').update(result.data).digest('hex')).toBe(sha256);
  });
});

it('resizes a tall picture down before across, as Pillow does since version 13', async () => {
  const source = await decode(path.join(fixtures, 'tall_300x900.png'));
  const tiles = await decode(path.join(root, 'test/fixtures/preprocess-real/tall_300x900.anyres336.png'));
  const squashed = render(source, { fit: 'squash', width: 336, height: 336, filter: 'bicubic' });
  expect(squashed).toEqual(crop(tiles, 0, 0, 336, 336));
});

describe('the kernel', () => {
  it('equals the scalar version on many sizes', () => {
    const sizes = [1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 64, 97, 131];
    for (let n = 0; n < 120; n++) {
      const pick = (k: number): number => sizes[(n * 7 + k * 5 + ((n * k) >> 2)) % sizes.length] ?? 1;
      const filter = filters[n % 3] ?? 'bicubic';
      const source = noise(pick(0), pick(1), n + 1);
      const expected = scalarResize(source, pick(2), pick(3), filter);
      const result = render(source, { fit: 'squash', width: pick(2), height: pick(3), filter });
      expect(result, `${source.width} x ${source.height} to ${pick(2)} x ${pick(3)}, ${filter}`).toEqual(expected);
    }
  });

  it('equals the scalar version on large pictures, after larger ones and after smaller ones', () => {
    for (const [width, height] of [
      [1999, 1501],
      [320, 2777],
      [2777, 320],
      [640, 480],
    ] as const) {
      const source = noise(width, height, width);
      for (const filter of filters) {
        expect(render(source, { fit: 'squash', width: 61, height: 47, filter })).toEqual(scalarResize(source, 61, 47, filter));
      }
    }
  });

  it('is the compiled form of its committed source', async () => {
    const committed = readFileSync(path.join(root, 'pixels/resample.wasm'));
    expect(Buffer.from(await compileKernel()).equals(committed), 'run `node pixels/assembly/build.ts` and commit the result').toBe(true);
  });
});

describe('fits', () => {
  it('letterboxes on black, centred, keeping the aspect', () => {
    const source = noise(300, 200, 5);
    const boxed = render(source, { fit: 'letterbox', width: 192, height: 192, filter: 'bilinear' });
    const inner = scalarResize(source, 192, 128, 'bilinear');
    expect(crop(boxed, 0, 32, 192, 160)).toEqual(inner);
    expect(crop(boxed, 0, 0, 192, 32).data.every((value) => value === 0)).toBe(true);
    expect(crop(boxed, 0, 160, 192, 192).data.every((value) => value === 0)).toBe(true);
  });

  it('rounds the letterboxed size as Python does, halves to the even side', () => {
    const request = { fit: 'letterbox', width: 192, height: 192, filter: 'bilinear' } as const;
    expect(placementOf(384, 5, request)).toEqual({ scale: 0.5, offsetX: 0, offsetY: 95 }); // 2.5 -> 2 high
    expect(placementOf(384, 7, request)).toEqual({ scale: 0.5, offsetX: 0, offsetY: 94 }); // 3.5 -> 4 high
    expect(placementOf(10_000, 1, request)).toEqual({ scale: 0.0192, offsetX: 0, offsetY: 95 }); // never below one pixel
  });

  it('enlarges a small picture in a letterbox, never inside', () => {
    const source = noise(50, 100, 6);
    expect(placementOf(50, 100, { fit: 'letterbox', width: 200, height: 200, filter: 'bilinear' }).scale).toBe(2);
    expect(render(source, { fit: 'inside', width: 200, height: 200, filter: 'bilinear' })).toBe(source);
    expect(render(source, { fit: 'inside', width: 80, height: 50, filter: 'bicubic' })).toEqual(scalarResize(source, 25, 50, 'bicubic'));
  });

  it('crops a part and refuses what is no part', () => {
    const source: Raster = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, i) => i) };
    expect([...crop(source, 1, 1, 3, 2).data]).toEqual([12, 13, 14, 15, 16, 17]);
    expect(() => crop(source, 1, 1, 4, 2)).toThrow('is no part of a 3 x 2 picture');
  });

  it('refuses a raster whose bytes do not fit its size', () => {
    const request = { fit: 'squash', width: 4, height: 4, filter: 'bicubic' } as const;
    expect(() => render({ width: 2, height: 2, data: new Uint8Array(11) }, request)).toThrow('2 x 2 with 11 bytes');
    expect(() => render({ width: 0, height: 2, data: new Uint8Array(0) }, request)).toThrow('not an RGB raster');
  });
});
