/** @file Tiles and their packing against the reference: from the picture files, through the reader processes, to the values of the tensors. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { createReaders } from '../../../core/readers/pool.ts';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { type AnyresConfig, packing, parseAnyres, pixelValues, rastersFor, tilesOf } from '../../../models/prompt/anyres.ts';
import type { Compat, View } from '../../../models/prompt/reading.ts';
import type { Raster } from '../../../pixels/raster.ts';
import { render } from '../../../pixels/resample.ts';
import { type Case, fixture, image, type PixelFacts, readJson, variants } from './fixtures.ts';

const readers = createReaders({ processes: 1 });
afterAll(() => readers.close());

const limit = 2e-6;
const sha256 = (data: Uint8Array | Float32Array) =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

async function tilesOfFile(file: string, config: AnyresConfig, view: View): Promise<{ width: number; height: number; tiles: Raster[] }> {
  const { picture } = await readers.read({ path: file, rasters: rastersFor(config, view) });
  return { width: picture.width, height: picture.height, ...tilesOf(picture, config, view) };
}

/** A picture whose pixels are known, without a reader. */
function tilesOfRaster(raster: Raster, config: AnyresConfig, view: View): Raster[] {
  const rasters = rastersFor(config, view).map((request) => render(raster, request));
  return tilesOf({ width: raster.width, height: raster.height, rasters }, config, view).tiles;
}

async function decoded(file: string): Promise<Raster> {
  const { data, info } = await sharp(file).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function expectClose(values: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  expect(values.length, what).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs((values[i] ?? Number.NaN) - (expected[i] ?? 0)));
  expect(worst, what).toBeLessThan(limit);
}

/** The first and the last values say more than a checksum when something is wrong. */
function expectPixels(values: Float32Array, facts: PixelFacts, checksum: string | undefined): void {
  expectClose(values.subarray(0, 32), facts.first32, 'first values');
  expectClose(values.subarray(-8), facts.last8, 'last values');
  expect(sha256(values)).toBe(checksum);
}

/** Batches are filled up with empty tiles. */
function filledUp(pictures: readonly Float32Array[], length: number): Float32Array {
  const all = new Float32Array(pictures.length * length);
  pictures.forEach((values, i) => {
    all.set(values, i * length);
  });
  return all;
}

describe.each(variants)('$family as transformers $compat', ({ compat, cases, config, file }) => {
  const view: View = { compat, tiles: 'anyres' };
  const withPictures = cases.filter(({ pixel_values }) => pixel_values);

  it('has cases', () => expect(withPictures.length).toBeGreaterThan(18));

  it.each(withPictures)('makes the pixels of $name from the file', async (one: Case) => {
    const pictures = await Promise.all(
      one.images.map(async (name) => {
        // The reader turns pictures upright; the reference did so only where the case says it.
        const asItLies = name === 'exif6.jpg' && !one.exif_transpose_applied_by_caller;
        const { width, height, tiles } = await tilesOfFile(image(asItLies ? 'exif6.decoded.png' : name), config, view);
        return { width, height, values: pixelValues(tiles, config), tiles: tiles.length };
      }),
    );
    expect(pictures.map(({ width, height }) => [height, width])).toEqual(one.image_sizes_hw);
    const [pictureCount = 0, tileCount = 0, ...rest] = one.pixel_values?.shape ?? [];
    expect(rest).toEqual([3, config.side, config.side]);
    expect(Math.max(...pictures.map(({ tiles }) => tiles))).toBe(tileCount);
    const values = filledUp(
      pictures.map((picture) => picture.values),
      tileCount * 3 * config.side ** 2,
    );
    expect(pictures).toHaveLength(pictureCount);
    if (one.pixel_values) expectPixels(values, one.pixel_values, one.pixel_values.sha256_f32);
  });

  it.each(withPictures.filter((one) => one.image_feature_lens))('gives $name as many places as the reference', (one: Case) => {
    const lengths = (one.image_sizes_hw ?? []).map(([height, width]) => packing({ width, height }, config, view).length);
    expect(lengths).toEqual(one.image_feature_lens);
  });

  it('packs features in the order of the reference', async () => {
    const tensors = new Map((await readShard(`${file}.safetensors`)).map((tensor) => [tensor.name, tensor]));
    const recorded = withPictures.filter(({ debug }) => debug?.packed);
    expect(recorded.map(({ name }) => name)).toEqual(['image_square', 'image_wide']);
    for (const { name, debug, image_sizes_hw } of recorded) {
      const [height, width] = image_sizes_hw?.[0] ?? [0, 0];
      const tensor = async (key = '') => {
        const stored = tensors.get(key);
        if (!stored) throw new Error(`no tensor ${key}`);
        return { hidden: stored.shape.at(-1) ?? 0, values: await readFloats(stored) };
      };
      const { hidden, values: features } = await tensor(debug?.projected);
      const { values: packed } = await tensor(debug?.packed);
      const order = packing({ width, height }, config, view);
      expect(order.length * hidden, name).toBe(packed.length);
      const ends = new Set<string>();
      const patches = config.patches ** 2;
      order.forEach((from, to) => {
        const row = packed.subarray(to * hidden, (to + 1) * hidden);
        // The recorded features are those of the patches; in ours every tile's are followed by the end of a line.
        const [tile, place] = [Math.trunc(from / (patches + 1)), from % (patches + 1)];
        const recorded = (tile * patches + place) * hidden;
        if (place === patches) ends.add(row.join());
        else expect(features.subarray(recorded, recorded + hidden), `${name}, place ${to}`).toEqual(row);
      });
      expect(ends.size, `${name}: one learned end of line`).toBe(1);
    }
  });
});

describe('at real sizes', () => {
  type Entry = {
    image: string;
    llava_next_anyres: { file: string; tile_u8_chw_sha256: string[]; pixel_values: PixelFacts; pixel_values_sha256_f32: string };
  };
  type Later = { image: string; 'llava_next_anyres.pil': { tile_u8_chw_sha256: string[] } };
  const { images, transformers_5: later } = readJson<{ images: Entry[]; transformers_5: { results: Later[] } }>(
    fixture('preprocess-real/preprocess.json'),
  );
  const config = parseAnyres(undefined, {});

  /** Channel by channel, as the checksums are. */
  const planes = ({ data }: Raster) =>
    Uint8Array.from({ length: data.length }, (_, i) => data[(i % (data.length / 3)) * 3 + Math.floor(i / (data.length / 3))] ?? 0);

  it.each(images)('$image gives the very tiles of 4.41', async ({ image: name, llava_next_anyres: expected }) => {
    const { tiles } = await tilesOfFile(image(name), config, { compat: '4.41', tiles: 'anyres' });
    expect(tiles.map((tile) => sha256(planes(tile)))).toEqual(expected.tile_u8_chw_sha256);
    expectPixels(pixelValues(tiles, config), expected.pixel_values, expected.pixel_values_sha256_f32);
    const strip = await decoded(fixture('preprocess-real', expected.file));
    expect(strip.width).toBe(tiles.length * config.side);
  });

  it.each(later.results)('$image gives the very tiles of 5', async ({ image: name, 'llava_next_anyres.pil': expected }) => {
    const { tiles } = await tilesOfFile(image(name), config, { compat: '5', tiles: 'anyres' });
    expect(tiles.map((tile) => sha256(planes(tile)))).toEqual(expected.tile_u8_chw_sha256);
  });

  type Row = { h: number; w: number; best_hw: number[]; A: number; C: number };
  const { rows } = readJson<{ rows: Row[] }>(fixture('preprocess-real/token_counts.json'));
  it.each(rows)('$w x $h takes $A places in 4.41 and $C in 5', ({ w: width, h: height, A, C }) => {
    expect(packing({ width, height }, config, { compat: '4.41', tiles: 'anyres' })).toHaveLength(A);
    expect(packing({ width, height }, config, { compat: '5', tiles: 'anyres' })).toHaveLength(C);
  });

  it('takes only the squashed tile where that is all that is asked for', () => {
    const view = { compat: '4.41', tiles: 'base' } as const;
    expect([...packing({ width: 4000, height: 3000 }, config, view)]).toEqual(Array.from({ length: 576 }, (_, i) => i));
    expect(rastersFor(config, view)).toHaveLength(1);
  });

  it.each([
    [1, 1],
    [20_000, 200],
    [200, 20_000],
    [1, 20_000],
  ])('makes something of %i x %i', (width, height) => {
    const raster = { width, height, data: new Uint8Array(width * height * 3).fill(200) };
    for (const compat of ['4.41', '5'] as const satisfies Compat[]) {
      const view = { compat, tiles: 'anyres' } as const;
      const tiles = tilesOfRaster(raster, config, view);
      const order = packing(raster, config, view);
      expect(Math.max(...order)).toBeLessThan(tiles.length * 577);
      expect(tiles.every((tile) => tile.width === 336 && tile.height === 336)).toBe(true);
      expect(tiles[0]?.data.every((value) => value === 200)).toBe(true);
    }
  });

  it('refuses rasters that it did not ask for', () => {
    const rasters = rastersFor(config, { compat: '5', tiles: 'anyres' }).map((request) =>
      render({ width: 500, height: 333, data: new Uint8Array(500 * 333 * 3) }, request),
    );
    const picture = { width: 500, height: 333, rasters };
    expect(tilesOf(picture, config, { compat: '5', tiles: 'anyres' }).tiles).toHaveLength(3);
    expect(() => tilesOf(picture, config, { compat: '4.41', tiles: 'anyres' })).toThrow('but got: 336 x 336, 672 x 336');
    expect(() => tilesOf(picture, config, { compat: '5', tiles: 'base' })).toThrow('but got');
    expect(() => tilesOf({ ...picture, rasters: [] }, config, { compat: '5', tiles: 'anyres' })).toThrow('but got: none');
  });
});

describe('what a checkpoint says', () => {
  const json = { vision_config: { image_size: 56, patch_size: 14 }, image_grid_pinpoints: [[56, 112]] };
  const { file: _, ...tiny } = { file: '', size: 56, crop_size: { height: 56, width: 56 } };

  it('is taken as the classes of the reference have it where it says nothing', () => {
    const config = parseAnyres(undefined, {});
    expect(config).toMatchObject({ side: 336, patches: 24, filter: 'bicubic' });
    expect(config.canvases).toEqual([
      { width: 672, height: 336 },
      { width: 336, height: 672 },
      { width: 672, height: 672 },
      { width: 336, height: 1008 },
      { width: 1008, height: 336 },
    ]);
    expect(config.values[0]).toBeCloseTo(-0.48145466 / 0.26862954, 6);
  });

  it('may give sizes as a number, as the shorter edge, or as both', () => {
    const expected = parseAnyres(tiny, json);
    expect(expected).toMatchObject({ side: 56, patches: 4, canvases: [{ width: 112, height: 56 }] });
    expect(parseAnyres({ size: { shortest_edge: 56 }, crop_size: 56 }, json)).toEqual(expected);
    expect(parseAnyres({ size: { height: 56, width: 56 }, crop_size: 56 }, json)).toEqual(expected);
  });

  it.each([
    ['size', { size: { height: 56, width: 57 } }, 'of a square'],
    ['tile', { size: 28, crop_size: 28 }, 'the vision tower takes 56'],
    ['canvases', { ...tiny, image_grid_pinpoints: [[56, 113]] }, 'differ'],
    ['filter', { ...tiny, resample: 0 }, 'resample 0 is not supported'],
    ['mean', { ...tiny, image_mean: [0.5] }, 'image_mean'],
  ])('is refused with the reason: %s', (_name, preprocessor, reason) => {
    expect(() => parseAnyres(preprocessor, json)).toThrow(reason);
    expect(() => parseAnyres(preprocessor, json)).toThrow(expect.objectContaining({ code: 'model-invalid' }));
  });

  it('is refused where a canvas is no whole number of tiles', () => {
    expect(() => parseAnyres(tiny, { ...json, image_grid_pinpoints: [[56, 100]] })).toThrow('56 x 100');
  });
});
