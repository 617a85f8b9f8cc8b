/** @file Every format, colour mode and orientation comes out as upright sRGB on white. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { closeExiftool } from '../../core/readers/raw.ts';
import { corners, fixture, read, readBytesAs, sample, squash, temporaryFolder } from './pictures.ts';
import { cr2Bytes, dngBytes } from './raw-bytes.ts';

const folder = temporaryFolder();
afterAll(closeExiftool);

const [width, height] = [60, 40];
/** Red, green over blue, grey. */
const quarters = ['f00', '0f0', '00f', '888'];
const pixels = Buffer.alloc(width * height * 3);
for (let y = 0; y < height; y++) {
  for (let x = 0; x < width; x++) {
    const colour = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [136, 136, 136],
    ][(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)];
    pixels.set(colour ?? [], (y * width + x) * 3);
  }
}
const drawing = () => sharp(pixels, { raw: { width, height, channels: 3 } });
const jpeg = await drawing().jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer();

describe('a picture is read by its content', () => {
  test.each([
    ['jpeg', () => jpeg],
    ['png', () => drawing().png().toBuffer()],
    ['webp', () => drawing().webp({ lossless: true }).toBuffer()],
    ['gif', () => drawing().gif().toBuffer()],
    ['tiff', () => drawing().tiff({ compression: 'lzw' }).toBuffer()],
    ['avif', () => drawing().avif({ lossless: true }).toBuffer()],
  ] as const)('as %s, whatever its name says', async (type, encode) => {
    const result = await readBytesAs(folder, `really-${type}.txt`, await encode());
    expect(result.facts).toMatchObject({ type, width, height, frames: 1 });
    expect(result.picture).toMatchObject({ width, height });
    expect(corners(result)).toEqual(quarters);
  });

  test('as PNG when a PNG is called .jpg, and as JPEG when a JPEG is called .nef', async () => {
    expect((await readBytesAs(folder, 'mislabelled.jpg', await drawing().png().toBuffer())).facts.type).toBe('png');
    expect((await readBytesAs(folder, 'mislabelled.nef', jpeg)).facts.type).toBe('jpeg');
  });

  test('as HEIC, in its own colours and with its EXIF', async () => {
    const { facts } = await read(fixture('coffee.heic'));
    const original = await readBytesAs(folder, 'same-cut.png', await sharp(sample('coffee.jpg')).resize(320, 240).png().toBuffer());
    expect(facts).toMatchObject({ type: 'heic', width: 320, height: 240, takenAt: '2021-07-03T10:11:12', camera: 'Oneword Fixture 1' });
    for (const [i, value] of channels(facts.colour).entries())
      expect(Math.abs(value - (channels(original.facts.colour)[i] ?? 0))).toBeLessThan(4);
  });

  test('as HEIC on white where it is transparent', async () => {
    expect(corners(await read(fixture('half.heic')))).toEqual(['fff', expect.stringMatching(/^[bcd][01][01]$/), 'fff', expect.anything()]);
  });

  test.each([
    ['DNG', dngBytes],
    ['CR2', cr2Bytes],
  ])('as camera RAW (%s) by the JPEG inside, upright', async (name, build) => {
    const result = await readBytesAs(folder, `raw-${name}`, build(jpeg, 6));
    expect(result.facts).toMatchObject({
      type: 'raw',
      width: height,
      height: width,
      camera: 'Oneword Box 1',
      exposure: '1/250 s, f/2.8, ISO 100, 35 mm',
      takenAt: '2022-02-20T22:22:22',
    });
    expect(corners(result)).toEqual(['00f', 'f00', '888', '0f0']);
  });

  test('as camera RAW under a name with a line break, which exiftool alone could not take', async () => {
    const result = await readBytesAs(folder, 'two\nlines.dng', dngBytes(jpeg, 1));
    expect(result.facts.type).toBe('raw');
    expect(corners(result)).toEqual(quarters);
  });

  test('as SVG, drawn as large as it is wanted', async () => {
    const svg = `<?xml version="1.0"?><!-- a drawing --><svg xmlns="http://www.w3.org/2000/svg" width="6" height="4">
      <rect width="3" height="2" fill="#f00"/><rect x="3" width="3" height="2" fill="#0f0"/>
      <rect y="2" width="3" height="2" fill="#00f"/><rect x="3" y="2" width="3" height="2" fill="#888"/></svg>`;
    const result = await readBytesAs(folder, 'drawing.svg', svg);
    expect(result.facts).toMatchObject({ type: 'svg', width: 6, height: 4 });
    expect(corners(result)).toEqual(quarters);
    expect([...(result.picture.rasters[0]?.data.subarray(0, 3) ?? [])]).toEqual([255, 0, 0]); // crisp, not blown up from 6 pixels
  });
});

test('of an animation the first frame is read, and the frames are counted', async () => {
  const frames = Buffer.concat([pixels, Buffer.alloc(pixels.length, 255), Buffer.alloc(pixels.length, 0)]);
  const strip = () => sharp(frames, { raw: { width, height: height * 3, channels: 3, pageHeight: height } });
  for (const bytes of [await strip().gif().toBuffer(), await strip().webp({ lossless: true }).toBuffer()]) {
    const result = await readBytesAs(folder, 'moving', bytes);
    expect(result.facts).toMatchObject({ width, height, frames: 3 });
    expect(corners(result)).toEqual(quarters);
  }
});

describe('colours become 8-bit sRGB', () => {
  test.each([
    ['16-bit', () => drawing().toColourspace('rgb16').png().toBuffer(), quarters],
    ['palette', () => drawing().png({ palette: true }).toBuffer(), quarters],
    ['Display P3', () => drawing().withIccProfile('p3').png().toBuffer(), quarters],
    ['grey', () => drawing().toColourspace('b-w').png().toBuffer(), [/^(.)\1\1$/, /^(.)\1\1$/, /^(.)\1\1$/, /^888$/]],
    ['16-bit grey', () => drawing().toColourspace('grey16').tiff().toBuffer(), [/^(.)\1\1$/, /^(.)\1\1$/, /^(.)\1\1$/, /^888$/]],
    ['float', () => drawing().toColourspace('scrgb').tiff().toBuffer(), quarters],
  ] as const)('from %s', async (name, encode, expected) => {
    const seen = corners(await readBytesAs(folder, `colour-${name}`, await encode()));
    for (const [i, wanted] of expected.entries())
      expect(seen[i], `quarter ${i}`).toMatch(wanted instanceof RegExp ? wanted : new RegExp(wanted));
  });

  test('from CMYK', async () => {
    const brown = sharp({ create: { width: 8, height: 8, channels: 3, background: '#804020' } }).toColourspace('cmyk');
    const { colour } = (await readBytesAs(folder, 'print.jpg', await brown.jpeg({ quality: 100 }).toBuffer())).facts;
    const [red = 0, green = 0, blue = 255] = channels(colour);
    expect(Math.abs(red - 0x80) + Math.abs(green - 0x40)).toBeLessThan(20);
    expect(blue).toBeLessThan(0x30); // out of the gamut of print
  });

  test('from transparency on white, also in grey', async () => {
    const clear = { create: { width: 8, height: 8, channels: 4 as const, background: { r: 0, g: 0, b: 0, alpha: 0 } } };
    for (const bytes of [await sharp(clear).png().toBuffer(), await sharp(clear).toColourspace('b-w').png().toBuffer()]) {
      expect((await readBytesAs(folder, 'clear.png', bytes)).facts.colour).toBe('#ffffff');
    }
  });
});

describe('EXIF orientation', () => {
  const [tl, tr, bl, br] = quarters;
  test.each([
    [1, [tl, tr, bl, br]],
    [2, [tr, tl, br, bl]],
    [3, [br, bl, tr, tl]],
    [4, [bl, br, tl, tr]],
    [5, [tl, bl, tr, br]],
    [6, [bl, tl, br, tr]],
    [7, [br, tr, bl, tl]],
    [8, [tr, br, tl, bl]],
  ])('%i is applied', async (orientation, expected) => {
    for (const bytes of [
      await drawing().withMetadata({ orientation }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
      await drawing().withMetadata({ orientation }).png().toBuffer(),
    ]) {
      const result = await readBytesAs(folder, 'turned', bytes);
      expect(corners(result)).toEqual(expected);
      const turned = orientation > 4;
      expect([result.picture.width, result.picture.height]).toEqual(turned ? [height, width] : [width, height]);
    }
  });

  test('is applied where the picture is decoded at a reduced size, too', async () => {
    const large = await drawing().resize(1200, 800, { kernel: 'nearest' }).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const result = await readBytesAs(folder, 'large-turned.jpg', large);
    expect(result.picture).toMatchObject({ width: 800, height: 1200 });
    expect(corners(result)).toEqual(['00f', 'f00', '888', '0f0']);
  });
});

describe('a large picture is decoded at a reduced size', () => {
  const request = { ...squash, width: 64, height: 64 };

  test.each(['jpeg', 'webp', 'png'] as const)('and looks the same (%s)', async (format) => {
    const large = await sharp(sample('china.jpg')).resize(1600, 1067).toFormat(format, { quality: 95 }).toBuffer();
    const small = await readBytesAs(folder, `large.${format}`, large, [request]);
    const { data, info } = await sharp(large).raw().toBuffer({ resolveWithObject: true });
    const { render } = await import('../../pixels/resample.ts');
    const exact = render({ width: info.width, height: info.height, data }, request);
    expect(meanDifference(small.picture.rasters[0]?.data, exact.data)).toBeLessThan(2);
  });

  test('while one below one and a half times the wanted size gives the exact pixels', async () => {
    const path = join(folder, 'exact.jpg');
    copyFileSync(sample('coffee.jpg'), path); // 600 x 400: less than three times 140
    const exactRequest = { ...squash, width: 140, height: 140 };
    const result = await read(path, {}, [exactRequest]);
    const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
    const { render } = await import('../../pixels/resample.ts');
    expect(Buffer.from(result.picture.rasters[0]?.data ?? [])).toEqual(
      Buffer.from(render({ width: info.width, height: info.height, data }, exactRequest).data),
    );
  });

  test('and every raster fit keeps its own size', async () => {
    const rasters = [request, { ...request, fit: 'letterbox' as const }, { ...request, fit: 'inside' as const }];
    const large = await sharp(sample('china.jpg')).resize(1600, 800).jpeg().toBuffer();
    const { picture } = await readBytesAs(folder, 'three.jpg', large, rasters);
    expect(picture.rasters.map((raster) => [raster.width, raster.height])).toEqual([
      [64, 64],
      [64, 64],
      [64, 32],
    ]);
  });
});

test('the hash is that of the bytes, and the look does not depend on format or size', async () => {
  const bytes = readFileSync(sample('coffee.jpg'));
  const original = await read(sample('coffee.jpg'));
  const { createHash } = await import('node:crypto');
  expect(original).toMatchObject({ bytes: bytes.length, hash: createHash('sha256').update(bytes).digest('hex') });
  const smaller = await readBytesAs(folder, 'smaller.webp', await sharp(bytes).resize(300).webp({ quality: 60 }).toBuffer());
  const other = await read(sample('chelsea.jpg'));
  expect(original.facts.dhash).toMatch(/^[0-9a-f]{16}$/);
  expect(distance(original.facts.dhash, smaller.facts.dhash)).toBeLessThanOrEqual(3);
  expect(distance(original.facts.dhash, other.facts.dhash)).toBeGreaterThan(12);
  expect(original.facts.colour).toMatch(/^#[0-9a-f]{6}$/);
});

test('a picture of one pixel is a picture', async () => {
  const bytes = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#0a0b0c' } })
    .png()
    .toBuffer();
  expect((await readBytesAs(folder, 'dot.png', bytes)).facts).toMatchObject({
    width: 1,
    height: 1,
    colour: '#0a0b0c',
    dhash: '0000000000000000',
  });
});

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function distance(a: string, b: string): number {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;
}

function meanDifference(a: Uint8Array | undefined, b: Uint8Array): number {
  return b.reduce((sum, value, i) => sum + Math.abs(value - (a?.[i] ?? 0)), 0) / b.length;
}
