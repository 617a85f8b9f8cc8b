/** @file Canvases: which one a picture gets, and where it lies on it. The golden pixels are in test/models/prompt/anyres.test.ts. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bestCanvas, layoutOn } from '../../pixels/canvas.ts';
import type { CanvasRequest, Raster } from '../../pixels/raster.ts';
import { crop, render } from '../../pixels/resample.ts';
import { scalarResize } from './scalar-resize.ts';

const fixtures = path.resolve(import.meta.dirname, '../fixtures/preprocess-real');
const canvases = [
  { width: 672, height: 336 },
  { width: 336, height: 672 },
  { width: 672, height: 672 },
  { width: 336, height: 1008 },
  { width: 1008, height: 336 },
];

type Pair = [number, number];
type Entry = {
  size_wh: Pair;
  llava_next_anyres: { best_resolution_hw: Pair; resized_wh: Pair; pad_left_top: Pair; odd_padding: boolean[] };
};
type Counts = { h: number; w: number; best_hw: Pair };
const read = <T>(name: string): T => JSON.parse(readFileSync(path.join(fixtures, name), 'utf8')) as T;

it.each(read<{ rows: Counts[] }>('token_counts.json').rows)(
  '$w x $h goes on the canvas of the reference',
  ({ w, h, best_hw: [height, width] }) => {
    expect(bestCanvas({ width: w, height: h }, canvases)).toEqual({ width, height });
  },
);

it.each(read<{ images: Entry[] }>('preprocess.json').images)(
  '$image lies where the reference puts it',
  ({ size_wh: size, llava_next_anyres: expected }) => {
    const picture = { width: size[0], height: size[1] };
    const [height, width] = expected.best_resolution_hw;
    const [left, top] = expected.pad_left_top;
    const inside = { width: expected.resized_wh[0], height: expected.resized_wh[1] };
    const place = { canvas: { width, height }, picture: inside, left, top };
    expect(layoutOn(picture, { canvases, odd: 'after' })).toEqual({ ...place, raster: { width, height } });
    const [oddAcross, oddDown] = expected.odd_padding;
    const short = { width: width - Number(oddAcross), height: height - Number(oddDown) };
    expect(layoutOn(picture, { canvases, odd: 'short' })).toEqual({ ...place, raster: short });
  },
);

it('takes the first of equally good canvases, also where nothing of the picture would be left', () => {
  expect(bestCanvas({ width: 10, height: 10 }, canvases)).toEqual(canvases[0]);
  expect(bestCanvas({ width: 100_000, height: 1 }, canvases)).toEqual(canvases[0]);
  expect(() => bestCanvas({ width: 10, height: 10 }, [])).toThrow('without canvases');
});

describe('a picture on its canvas', () => {
  const request: CanvasRequest = { fit: 'canvas', canvases: [{ width: 60, height: 40 }], odd: 'after', filter: 'bicubic' };
  const noise = (width: number, height: number): Raster => ({
    width,
    height,
    data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2_654_435_761) >>> 24),
  });
  const isBlack = ({ data }: Raster) => data.every((value) => value === 0);

  it('keeps its aspect and has black beside it', () => {
    const source = noise(90, 35); // becomes 60 x 24
    const raster = render(source, request);
    expect(raster).toMatchObject({ width: 60, height: 40 });
    expect(crop(raster, 0, 8, 60, 32)).toEqual(scalarResize(source, 60, 24, 'bicubic'));
    expect(isBlack(crop(raster, 0, 0, 60, 8)) && isBlack(crop(raster, 0, 32, 60, 40))).toBe(true);
  });

  it('leaves the odd pixel out, or has it after the picture', () => {
    const source = noise(41, 40); // 41 x 40 in 60 x 40: 9 pixels left, 10 right
    const after = render(source, request);
    const short = render(source, { ...request, odd: 'short' });
    expect([after.width, short.width]).toEqual([60, 59]);
    expect(crop(after, 9, 0, 50, 40)).toEqual(source);
    expect(crop(after, 0, 0, 59, 40)).toEqual(short);
    expect(isBlack(crop(after, 50, 0, 60, 40))).toBe(true);
  });

  it('goes by the whole picture’s size where it was decoded at another', () => {
    const whole = { width: 400, height: 101 };
    const raster = render(noise(200, 50), { ...request, canvases: [...request.canvases, { width: 60, height: 20 }] }, whole);
    expect(raster).toMatchObject({ width: 60, height: 20 });
    expect(layoutOn(whole, request).picture).toEqual({ width: 60, height: 16 });
    expect(isBlack(crop(raster, 0, 0, 60, 2)) && !isBlack(crop(raster, 0, 2, 60, 3))).toBe(true);
  });
});
