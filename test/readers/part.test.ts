/** @file A part of a picture is read as if it were all there is. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Crop } from '../../core/api/query.ts';
import { readPicture } from '../../core/readers/read.ts';
import { defaultLimits, type ReadResult } from '../../core/readers/reader.ts';
import type { SizedRequest } from '../../pixels/raster.ts';
import { squash, temporaryFolder } from './pictures.ts';

const folder = temporaryFolder();

/** Four quarters: red, green over blue, white. */
async function quarters(side: number): Promise<Buffer> {
  const pixels = Buffer.alloc(side * side * 3);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const colour = y < side / 2 ? (x < side / 2 ? [255, 0, 0] : [0, 255, 0]) : x < side / 2 ? [0, 0, 255] : [255, 255, 255];
      pixels.set(colour, (y * side + x) * 3);
    }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

function read(bytes: Buffer, crop: Crop, request: SizedRequest): Promise<ReadResult> {
  const path = join(folder, 'quarters.png');
  writeFileSync(path, bytes);
  return readPicture({ path, rasters: [request], crop }, defaultLimits);
}

test.each([40, 4000])('of a picture of %i pixels the quarter that was framed', async (side) => {
  for (const decoding of ['quick', 'reference'] as const) {
    const crop = { x: 0.5, y: 0, width: 0.5, height: 0.5 };
    const { picture } = await read(await quarters(side), crop, { ...squash, width: 8, height: 8, decoding });
    expect([picture.width, picture.height]).toEqual([side / 2, side / 2]);
    const [raster] = picture.rasters;
    // At the edges a reduced decoding has mixed in what lies outside.
    const inside = Array.from({ length: 64 }, (_, i) => i).filter((i) => i % 8 > 0 && i % 8 < 7 && i > 8 && i < 56);
    for (const i of inside) expect([...(raster?.data.subarray(i * 3, i * 3 + 3) ?? [])], `${decoding}, pixel ${i}`).toEqual([0, 255, 0]);
  }
});

test('a frame thinner than a pixel takes one', async () => {
  const crop = { x: 0.999, y: 0.2, width: 0.0001, height: 0.0001 };
  const { picture } = await read(await quarters(40), crop, squash);
  expect([picture.width, picture.height]).toEqual([1, 1]);
});
