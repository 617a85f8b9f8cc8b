/** @file Square pictures against the reference: from the picture files, through the reader processes, to the values of the tensors. */
import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createReaders } from '../../../core/readers/pool.ts';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { squareReading } from '../../../models/prompt/square.ts';
import { parseSquare } from '../../../models/prompt/square-config.ts';
import { fixture, image, type PixelFacts, readJson } from './fixtures.ts';

const readers = createReaders({ processes: 1 });
afterAll(() => readers.close());

const limit = 2e-6;
const sha256 = (data: Uint8Array | Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

async function pixelsOf(file: string, reading: ReturnType<typeof squareReading>): Promise<Float32Array> {
  const { picture } = await readers.read({ path: file, rasters: reading.rasters });
  return reading.pixels([picture]);
}

function expectClose(values: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(values.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs((values[i] ?? Number.NaN) - (expected[i] ?? 0)));
  expect(worst).toBeLessThan(limit);
}

type Case = { name: string; images: string[]; error?: string; pixel_values?: PixelFacts; pixel_values_tensor?: string };
const runs = (['clip', 'siglip'] as const).flatMap((family) =>
  (['4.41', '5'] as const).map((compat) => {
    const file = fixture(family, compat === '5' ? 'cases.hf5' : 'cases.hf441');
    const { cases } = readJson<{ cases: Case[] }>(`${file}.json`);
    return { family, compat, file, cases: cases.filter(({ images }) => images.length > 0) };
  }),
);

describe.each(runs)('$family as transformers $compat', ({ family, compat, file, cases }) => {
  const reading = squareReading(readJson(fixture(family, 'checkpoint/preprocessor_config.json')), 64, { family, compat });
  const recorded = cases.filter(({ error }) => !error);

  it('has cases', () => expect(recorded.length).toBe(family === 'siglip' && compat === '4.41' ? 7 : 13));

  it.each(recorded)('makes the pixels of $name from the file', async ({ images, pixel_values, pixel_values_tensor }: Case) => {
    // The reader turns pictures upright; the reference did not.
    const values = await pixelsOf(image(images[0]?.replace('exif6.jpg', 'exif6.decoded.png') ?? ''), reading);
    expectClose(values.subarray(0, 32), pixel_values?.first32 ?? []);
    expectClose(values.subarray(-8), pixel_values?.last8 ?? []);
    expect(sha256(values)).toBe(pixel_values?.sha256_f32);
    if (pixel_values_tensor === undefined) return;
    const tensor = (await readShard(`${file}.safetensors`)).find(({ name }) => name === pixel_values_tensor);
    expectClose(values, tensor ? await readFloats(tensor) : []);
  });
});

it('reads what SigLIP of 4.41 refuses as 5 does', async () => {
  const json = readJson(fixture('siglip/checkpoint/preprocessor_config.json'));
  const [older, newer] = (['4.41', '5'] as const).map((compat) => squareReading(json, 64, { family: 'siglip', compat }));
  expect(older?.rasters).toEqual(newer?.rasters);
});

describe('at real sizes', () => {
  type Entry = { image: string; clip336: { u8_chw_sha256: string; pixel_values: PixelFacts; pixel_values_sha256_f32: string } };
  type Later = { image: string; 'clip336.pil': { tile_u8_chw_sha256: string[] } };
  const { images, transformers_5: later } = readJson<{ images: Entry[]; transformers_5: { results: Later[] } }>(
    fixture('preprocess-real/preprocess.json'),
  );
  const reading = squareReading(undefined, 336, { family: 'clip', compat: '4.41' });

  it.each(images)('$image gives the very pixels of CLIP at 336', async ({ image: name, clip336 }) => {
    const values = await pixelsOf(image(name), reading);
    expectClose(values.subarray(0, 32), clip336.pixel_values.first32);
    expect(sha256(values)).toBe(clip336.pixel_values_sha256_f32);
    const { picture } = await readers.read({ path: image(name), rasters: reading.rasters });
    const { data = new Uint8Array(), width = 0 } = picture.rasters[0] ?? {};
    const planes = Uint8Array.from({ length: data.length }, (_, i) => data[(i % width ** 2) * 3 + Math.floor(i / width ** 2)] ?? 0);
    expect(sha256(planes)).toBe(clip336.u8_chw_sha256);
    expect(later.results.find((one) => one.image === name)?.['clip336.pil'].tile_u8_chw_sha256).toEqual([clip336.u8_chw_sha256]);
  });

  it('takes several pictures at once, and only rasters that it asked for', () => {
    const raster = (side: number, value: number) => ({ width: side, height: side, data: new Uint8Array(side * side * 3).fill(value) });
    const small = squareReading(undefined, 2, { family: 'siglip', compat: '5' });
    const picture = (value: number) => ({ width: 9, height: 9, rasters: [raster(2, value)] });
    expect([...small.pixels([picture(0), picture(255)])]).toEqual([...new Array(12).fill(-1), ...new Array(12).fill(1)]);
    expect(() => reading.pixels([{ width: 9, height: 9, rasters: [raster(2, 0)] }])).toThrow('but got: 2 x 2');
    expect(() => reading.pixels([{ width: 9, height: 9, rasters: [] }])).toThrow('but got: none');
  });
});

describe('what a checkpoint says', () => {
  it('is taken as the classes of the family have it where it says nothing', () => {
    const clip = parseSquare(undefined, 224, 'clip');
    expect(clip).toMatchObject({ side: 224, shorter: 224, filter: 'bicubic' });
    expect(clip.values[0]).toBeCloseTo(-0.48145466 / 0.26862954, 6);
    const siglip = parseSquare({}, 384, 'siglip');
    expect(siglip).toMatchObject({ side: 384, shorter: undefined, filter: 'bicubic' });
    expect([siglip.values[0], siglip.values[255]]).toEqual([-1, 1]);
  });

  it('may give sizes as a number, as the shorter edge, or as both', () => {
    const expected = parseSquare({ size: 56, crop_size: 56 }, 56, 'clip');
    expect(expected.shorter).toBe(56);
    expect(parseSquare({ size: { shortest_edge: 56 }, crop_size: { height: 56, width: 56 } }, 56, 'clip')).toEqual(expected);
    expect(parseSquare({ size: { shortest_edge: 64 }, crop_size: 56 }, 56, 'clip').shorter).toBe(64);
    expect(parseSquare({ size: { height: 56, width: 56 } }, 56, 'clip').shorter).toBeUndefined();
  });

  it('may name another family’s class, and leave fields to it by null', () => {
    const stated = { image_processor_type: 'SiglipImageProcessorFast', do_center_crop: null, crop_size: null, resample: 2 };
    expect(parseSquare(stated, 56, 'clip')).toEqual(parseSquare({ resample: 2 }, 56, 'siglip'));
    expect(parseSquare({ image_processor_type: 'CLIPImageProcessorPil' }, 56, 'siglip')).toEqual(parseSquare({}, 56, 'clip'));
  });

  it.each([
    ['size', { size: { longest_edge: 56 } }, 'shortest_edge'],
    ['small size', { size: 40 }, 'size 40 is less'],
    ['squashed size', { size: { height: 56, width: 40 } }, 'size is 56 x 40'],
    ['crop', { size: 56, crop_size: 28 }, 'the vision tower takes 56 x 56'],
    ['no crop', { size: 56, do_center_crop: false }, 'do_center_crop is false'],
    ['no resize', { do_resize: false }, 'do_resize is false'],
    ['filter', { resample: 0 }, 'resample 0 is not supported'],
    ['mean', { image_mean: [0.5] }, 'image_mean'],
    ['class', { image_processor_type: 'Siglip2ImageProcessor' }, 'Siglip2ImageProcessor are not supported'],
  ])('is refused with the reason: %s', (_name, preprocessor, reason) => {
    expect(() => parseSquare(preprocessor, 56, 'clip')).toThrow(expect.objectContaining({ code: 'model-invalid' }));
    expect(() => parseSquare(preprocessor, 56, 'clip')).toThrow(reason);
  });
});
