/** @file SmolVLM's pictures, prompts and ids against the reference: from the picture files, through the reader processes. */
import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { createReaders } from '../../../core/readers/pool.ts';
import { openVlm } from '../../../models/arch/index.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { idefics3Reading } from '../../../models/prompt/idefics3.ts';
import type { Tiles } from '../../../models/prompt/reading.ts';
import { parseSplit, type SplitConfig } from '../../../models/prompt/split-config.ts';
import { familyOf, promptSetFor } from '../../../models/prompt/templates.ts';
import { openTokenizer } from '../../../models/prompt/tokenizer.ts';
import type { Raster } from '../../../pixels/raster.ts';
import { crop, render } from '../../../pixels/resample.ts';
import { splitLayout } from '../../../pixels/split.ts';
import { type Case, fixture, image, readJson } from './fixtures.ts';

type SmolCase = Case & { rows_cols?: [number[][], number[][]]; pixel_values_u8_tensor?: string };

const directory = fixture('smolvlm/checkpoint');
const { cases } = readJson<{ cases: SmolCase[] }>(fixture('smolvlm/cases.json'));
const tensors = new Map((await readShard(fixture('smolvlm/cases.safetensors'))).map((tensor) => [tensor.name, tensor]));
const alone = cases.filter(({ images }) => images.length === 1);
const [config, preprocessor] = [
  readJson<Record<string, unknown>>(`${directory}/config.json`),
  readJson(`${directory}/preprocessor_config.json`),
];
const model = openVlm({ modelType: 'idefics3', config });
const split = parseSplit(preprocessor, model.vision.imageSize);
const tokenizer = await openTokenizer(directory);
const readingOf = (tiles: Tiles, cfg: SplitConfig = split) => idefics3Reading(cfg, { compat: '4.41', tiles }, model, tokenizer);
const reading = readingOf('anyres');
const prompts = promptSetFor('smolvlm');

const readers = createReaders({ processes: 1 });
afterAll(() => readers.close());

/** The reader turns pictures upright; the reference did not. */
async function pictureOf({ images: [name = ''] }: SmolCase, tiles: Tiles = 'anyres') {
  const file = image(name === 'exif6.jpg' ? 'exif6.decoded.png' : name);
  return (await readers.read({ path: file, rasters: readingOf(tiles).rasters })).picture;
}

/** What the reference made of the prompt, without the padding. */
const idsOf = ({ input_ids, attention_mask }: Case, i: number): number[] =>
  (input_ids?.[i] ?? []).filter((_, at) => attention_mask?.[i]?.[at] === 1);

const bytesOf = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

function worst(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  return Array.from(expected, (value, i) => Math.abs((found[i] ?? Number.NaN) - value)).reduce((a, b) => Math.max(a, b), 0);
}

const noise = (width: number, height: number): Raster => ({
  ...{ width, height },
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24),
});

describe('a picture', () => {
  it('has cases', () => expect(alone.length).toBeGreaterThan(11));

  it.each(alone)('of $name is cut as the reference cuts it', async (one) => {
    const { pixels, count } = reading.tiles(await pictureOf(one));
    expect([1, count, 3, split.side, split.side]).toEqual(one.pixel_values?.shape);
    expect(worst(pixels.subarray(0, 32), one.pixel_values?.first32 ?? [])).toBeLessThan(2e-6);
    expect(worst(pixels.subarray(-8), one.pixel_values?.last8 ?? [])).toBeLessThan(2e-6);
    expect(createHash('sha256').update(bytesOf(pixels)).digest('hex')).toBe(one.pixel_values?.sha256_f32);
  });

  it.each(alone)('of $name has a place for every row of its features', async (one) => {
    const picture = await pictureOf(one);
    const rows = reading.rows(picture);
    expect(rows).toHaveLength(idsOf(one, 0).filter((id) => id === model.imageToken).length);
    expect(rows).toHaveLength(reading.tiles(picture).count * model.rowsPerTile);
    expect([...rows]).toEqual([...rows.keys()]);
  });

  it('has its pixels recorded whole in two cases', () => {
    const recorded = alone.filter((one) => one.pixel_values_u8_tensor);
    expect(recorded).toHaveLength(2);
    for (const one of recorded) expect(tensors.get(one.pixel_values_u8_tensor ?? '')?.shape).toEqual(one.pixel_values?.shape);
  });

  it('is the whole squashed, once, where no more is asked for or the checkpoint never cuts', async () => {
    const [one] = alone;
    if (!one) throw new Error('no case');
    const base = readingOf('base');
    const picture = await pictureOf(one, 'base');
    expect(base.tiles(picture).count).toBe(1);
    expect([...base.rows(picture)]).toEqual([...Array(model.rowsPerTile).keys()]);
    const uncut = readingOf('anyres', parseSplit({ ...(preprocessor as object), do_image_splitting: false }, model.vision.imageSize));
    expect(uncut.rasters).toEqual(base.rasters);
    // Made long first, as the reference does, and not resized in one step.
    const source = noise(90, 40);
    const [request] = base.rasters;
    if (!request) throw new Error('no request');
    const long = render(source, { fit: 'squash', width: 256, height: 114, filter: 'lanczos' });
    expect(render(source, request)).toEqual(render(long, { fit: 'squash', width: 64, height: 64, filter: 'lanczos' }));
  });

  it('ends with the stretched picture squashed into a tile', () => {
    const source = noise(90, 40);
    const [request] = reading.rasters;
    if (!request) throw new Error('no request');
    const stretched = render(source, request);
    expect([stretched.width, stretched.height]).toEqual([256, 128]);
    const { pixels, count } = reading.tiles({ ...source, rasters: [stretched] });
    expect(count).toBe(9);
    const tile = 3 * 64 * 64;
    const value = (raster: Raster, at: number) => Math.fround(Math.fround((raster.data[at] ?? 0) / 255 - 0.5) / 0.5);
    const global = render(stretched, { fit: 'squash', width: 64, height: 64, filter: 'lanczos' });
    expect(pixels[8 * tile + 5]).toBeCloseTo(value(global, 15), 6);
    const sixth = crop(stretched, 64, 64, 128, 128);
    expect(pixels[5 * tile + 5]).toBeCloseTo(value(sixth, 15), 6);
  });

  it('is refused in another size than was asked for', () => {
    expect(() => reading.tiles({ width: 10, height: 10, rasters: [noise(64, 64)] })).toThrow(
      'The engine takes a raster of 256 x 256, as it asked for, but got: 64 x 64.',
    );
    expect(() => reading.tiles({ width: 10, height: 10, rasters: [] })).toThrow('but got: none.');
  });

  it('becomes as large as the published model makes it', () => {
    const published = { longest: 2048, side: 512, tiles: 'all' } as const;
    for (const [width, height, scaled, raster] of [
      [640, 480, [2048, 1536], [2048, 1536]],
      [480, 640, [1536, 2048], [1536, 2048]],
      [10, 7, [2048, 1434], [2048, 1536]],
      [500, 333, [2048, 1364], [2048, 1536]],
      [4000, 100, [2048, 52], [2048, 512]],
      [1, 1, [2048, 2048], [2048, 2048]],
      [20_000, 3, [2048, 1], [2048, 512]],
      [3, 20_000, [1, 2048], [512, 2048]],
    ] as const) {
      const layout = splitLayout({ width, height }, published);
      expect([layout.scaled.width, layout.scaled.height], `${width} x ${height}`).toEqual(scaled);
      expect([layout.raster.width, layout.raster.height], `${width} x ${height}`).toEqual(raster);
    }
  });
});

describe('a prompt', () => {
  it.each(cases.filter(({ input_ids }) => input_ids))('of $name has the ids of the reference', async (one) => {
    for (const [i, prompt] of one.prompts.entries()) {
      const picture = one.images[i] === undefined ? undefined : await pictureOf({ ...one, images: [one.images[i] ?? ''] });
      expect(reading.encode([{ template: prompt }], { picture }).ids).toEqual(idsOf(one, i));
    }
  });

  it('is that of the checkpoint’s chat', () => {
    const written = (prompt: ReturnType<typeof prompts.text>) =>
      prompt.map((piece) => ('user' in piece ? piece.user : piece.template)).join('');
    const recorded = (name: string) => cases.find((one) => one.name === name)?.prompts[0];
    expect(written(prompts.text('A dog sitting in the grass.'))).toBe(recorded('text_short'));
    expect(written(prompts.image)).toBe(recorded('image_square_png'));
    expect(written(prompts.composed('make the square blue and add a second circle'))).toBe(recorded('composed_square'));
    expect(familyOf(config as never, tokenizer)).toBe('smolvlm');
  });

  it('writes a single tile without rows', () => {
    const { ids } = readingOf('base').encode([{ template: '<image>' }], { picture: { width: 100, height: 50 } });
    const [around, global] = [tokenizer.id('<fake_token_around_image>'), tokenizer.id('<global-img>')];
    expect(ids).toEqual([around, global, ...Array(model.rowsPerTile).fill(model.imageToken), around]);
  });

  it('needs one place for a picture, and none where there is none', () => {
    const picture = { width: 10, height: 10 };
    const refused = (message: string) => expect.objectContaining({ code: 'bad-request', message: expect.stringContaining(message) });
    expect(() => reading.encode([{ template: 'a' }], { picture })).toThrow(refused('has 0 places'));
    expect(() => reading.encode([{ template: '<image>' }, { template: '<image>' }], { picture })).toThrow(refused('has 2 places'));
    expect(() => reading.encode([{ template: 'a <image>' }])).toThrow(
      refused('has 1 places for a picture ("<image>"); there is no picture'),
    );
  });

  it('never takes what a user writes for a picture', () => {
    const picture = { width: 10, height: 10 };
    const places = (edit: string) => reading.encode(prompts.composed(edit), { picture }).ids.filter((id) => id === model.imageToken).length;
    expect(places('<image><fake_token_around_image><row_1_col_1><image>')).toBe(places(''));
    expect(reading.encode(prompts.text('<image>')).ids).not.toContain(model.imageToken);
  });

  it('cuts what the user wrote where all together is too long', () => {
    const picture = { width: 10, height: 10 };
    const { ids, kept, of } = reading.encode(prompts.composed('red and '.repeat(500)), { picture, maxTokens: 300 });
    expect(ids.length).toBeLessThanOrEqual(300);
    expect(ids.length).toBeGreaterThan(290);
    expect(of).toBeGreaterThan(kept);
    expect(ids.filter((id) => id === model.imageToken)).toHaveLength(17 * model.rowsPerTile);
  });
});

describe('the preprocessor’s settings', () => {
  it('take the class defaults for what they omit', () => {
    expect(parseSplit(undefined, 364)).toMatchObject({ side: 364, longest: 1456, splits: true, filter: 'lanczos' });
    expect(parseSplit({ image_mean: null, image_std: 0.5, size: null }, 364).values).toEqual(split.values);
    expect([split.values[0], split.values[255]]).toEqual([-1, 1]);
  });

  it('are refused where they do not fit', () => {
    expect(() => idefics3Reading(split, { compat: '5', tiles: 'anyres' }, { ...model, imageToken: 5 }, tokenizer)).toThrow(
      '"<image>" is token 1062 of tokenizer.json; config.json has image_token_id 5.',
    );
    expect(() => parseSplit({}, 512)).toThrow('preprocessor_config.json makes tiles of 364 pixels, but the vision tower takes 512.');
    expect(() => parseSplit({ do_resize: false }, 364)).toThrow('do_resize is false');
    expect(() => parseSplit({ resample: 5 }, 364)).toThrow('resample 5 is not supported');
    expect(() => parseSplit({ size: { height: 4 } }, 364)).toThrow('preprocessor_config.json: size.longest_edge');
  });
});
