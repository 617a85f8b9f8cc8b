/** @file `decoding: 'reference'`: pixels as Pillow gives them to the published models, whatever the quick decoding would make of the file. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { Raster, SizedRequest } from '../../pixels/raster.ts';
import { render } from '../../pixels/resample.ts';
import { fixture, read, readBytesAs, sample, temporaryFolder } from './pictures.ts';

const folder = temporaryFolder();
const golden = (name: string) => fileURLToPath(new URL(`../fixtures/images/${name}`, import.meta.url));

type Known = { size_wh: [number, number]; exif_orientation: number | null; pil_convert_rgb_sha256: string };
const known = Object.entries(JSON.parse(readFileSync(golden('images.json'), 'utf8')) as Record<string, Known>);

/** The whole picture, every pixel. */
const whole = (width: number, height: number, more: Partial<SizedRequest> = {}): SizedRequest => ({
  fit: 'squash',
  width,
  height,
  filter: 'bicubic',
  decoding: 'reference',
  ...more,
});

async function rastersOf(path: string, ...requests: SizedRequest[]): Promise<Raster[]> {
  return [...(await read(path, {}, requests)).picture.rasters];
}

async function rasterOf(path: string, request: SizedRequest): Promise<Raster> {
  const [raster] = await rastersOf(path, request);
  if (!raster) throw new Error('no raster');
  return raster;
}

async function rgba(file: string | Buffer): Promise<Uint8Array> {
  return sharp(file).ensureAlpha().toColourspace('srgb').raw().toBuffer();
}

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

test.each(known.filter(([, { exif_orientation }]) => exif_orientation === null))('%s is what Pillow makes of it', async (name, facts) => {
  const [width, height] = facts.size_wh;
  const raster = await rasterOf(golden(name), whole(width, height, { alpha: 'drop' }));
  expect(sha256(raster.data)).toBe(facts.pil_convert_rgb_sha256);
});

test('a picture is turned upright', async () => {
  const raster = await rasterOf(golden('exif6.jpg'), whole(80, 120));
  const upright = await sharp(golden('exif6.decoded.png')).rotate(90).removeAlpha().raw().toBuffer();
  expect(Buffer.from(raster.data).equals(upright)).toBe(true);
});

test('CMYK is mixed by Pillow’s arithmetic, also where the picture has a profile', async () => {
  const expected = await sharp(golden('cmyk.decoded.png')).removeAlpha().raw().toBuffer();
  const { data } = await rasterOf(golden('cmyk.jpg'), whole(96, 96));
  expect(Buffer.from(data).equals(expected)).toBe(true);
  const pixels = await sharp(sample('coffee.jpg')).toColourspace('cmyk').withIccProfile('cmyk').tiff({ compression: 'lzw' }).toBuffer();
  const inks = await sharp(pixels, { ignoreIcc: true }).pipelineColourspace('cmyk').toColourspace('cmyk').raw().toBuffer();
  const { picture } = await readBytesAs(folder, 'inks.tif', pixels, [whole(600, 400)]);
  const wrong = picture.rasters[0]?.data.findIndex((value, i) => {
    const ink = (c: number) => inks[Math.floor(i / 3) * 4 + c] ?? 0;
    const light = 255 - ink(3);
    return value !== light - Math.round((ink(i % 3) * light) / 255);
  });
  expect(wrong).toBe(-1);
});

test('colour profiles are ignored', async () => {
  const pixels = { raw: { width: 2, height: 1, channels: 3 } } as const;
  const values = Uint8Array.of(250, 20, 30, 10, 220, 40);
  const png = await sharp(values, pixels).withIccProfile('p3').png().toBuffer();
  const stored = await sharp(png, { ignoreIcc: true }).removeAlpha().raw().toBuffer();
  const { picture } = await readBytesAs(folder, 'p3.png', png, [whole(2, 1), whole(2, 1, { decoding: 'quick' })]);
  expect([...(picture.rasters[0]?.data ?? [])]).toEqual([...stored]);
  expect(picture.rasters[1]?.data).not.toEqual(picture.rasters[0]?.data);
});

test.each([
  ['rgba.png', 80, 80],
  ['palette_trns.png', 72, 72],
  ['gray_alpha.png', 64, 48],
])('the transparency of %s is dropped or lies on white, as asked for, in one job', async (name, width, height) => {
  const requests = [whole(width, height, { alpha: 'drop' }), whole(width, height, { alpha: 'white' }), whole(width, height)];
  const [dropped, white, unsaid] = await rastersOf(golden(name), ...requests);
  const pixels = await rgba(golden(name));
  const expected = (mix: (value: number, alpha: number) => number) =>
    Uint8Array.from({ length: width * height * 3 }, (_, i) => {
      const at = Math.floor(i / 3) * 4;
      return mix(pixels[at + (i % 3)] ?? 0, pixels[at + 3] ?? 0);
    });
  expect(Buffer.from(dropped?.data ?? []).equals(expected((value) => value))).toBe(true);
  expect(Buffer.from(white?.data ?? []).equals(expected((value, alpha) => Math.round((value * alpha + 255 * (255 - alpha)) / 255)))).toBe(
    true,
  );
  expect(unsaid).toEqual(white);
  expect(dropped).not.toEqual(white);
});

describe('beside the quick decoding', () => {
  const quick: SizedRequest = { fit: 'squash', width: 64, height: 48, filter: 'bicubic' };

  test('a large JPEG is decoded whole for the one and reduced for the other', async () => {
    const source = await sharp(sample('coffee.jpg')).resize(1800, 1200).jpeg({ quality: 90 }).toBuffer();
    const { data, info } = await sharp(source).raw().toBuffer({ resolveWithObject: true });
    const exact = render({ width: info.width, height: info.height, data }, quick);
    const both = await readBytesAs(folder, 'large.jpg', source, [quick, { ...quick, decoding: 'reference' }]);
    expect(Buffer.from(both.picture.rasters[1]?.data ?? []).equals(exact.data)).toBe(true);
    expect(Buffer.from(both.picture.rasters[0]?.data ?? []).equals(exact.data)).toBe(false);
    const alone = await readBytesAs(folder, 'large.jpg', source, [quick]);
    expect(both.picture.rasters[0]).toEqual(alone.picture.rasters[0]);
    expect(both.facts).toEqual(alone.facts);
  });

  test('the facts do not depend on it', async () => {
    const wanted = await read(golden('rgba.png'), {}, [quick]);
    const reference = await read(golden('rgba.png'), {}, [{ ...quick, decoding: 'reference', alpha: 'drop' }]);
    expect(reference.facts).toEqual(wanted.facts);
  });
});

test('HEIC keeps the values of its profile', async () => {
  const quick: SizedRequest = { fit: 'squash', width: 120, height: 80, filter: 'bicubic' };
  const [managed, stored] = await rastersOf(fixture('coffee.heic'), quick, { ...quick, decoding: 'reference' });
  expect(stored).toMatchObject({ width: 120, height: 80 });
  const difference = managed?.data.reduce((sum, value, i) => sum + Math.abs(value - (stored?.data[i] ?? 0)), 0) ?? 0;
  expect(difference / (120 * 80 * 3)).toBeGreaterThan(1);
  expect(difference / (120 * 80 * 3)).toBeLessThan(15);
});

test('a drawing is drawn at what is wanted, on the canvas that its own size asks for', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="10"><rect width="15" height="10" fill="red"/></svg>';
  const canvases = [
    { width: 336, height: 672 },
    { width: 1008, height: 336 }, // what its pixels would ask for once it is drawn
  ];
  const request = { fit: 'canvas', canvases, odd: 'after', filter: 'bicubic', decoding: 'reference', alpha: 'drop' } as const;
  const { picture } = await readBytesAs(folder, 'drawing.svg', svg, [request]);
  const [raster] = picture.rasters;
  expect([picture.width, picture.height, raster?.width, raster?.height]).toEqual([30, 10, 336, 672]);
  const at = (x: number) => [...(raster?.data.subarray((336 * 336 + x) * 3, (336 * 336 + x) * 3 + 3) ?? [])];
  // Sharp, although it says to be 30 pixels wide, and on white.
  expect([at(163), at(172)]).toEqual([
    [255, 0, 0],
    [255, 255, 255],
  ]);
});

test('a damaged file is said to be one', async () => {
  const bytes = readFileSync(golden('rgba.png'));
  const path = join(folder, 'cut.png');
  await expect(readBytesAs(folder, 'cut.png', bytes.subarray(0, bytes.length - 600), [whole(80, 80)])).rejects.toMatchObject({
    code: 'unreadable-file',
    message: expect.stringContaining(path),
  });
});
