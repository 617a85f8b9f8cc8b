/** @file Temporary folders, and reading in this process, for the reader tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { readPicture } from '../../core/readers/read.ts';
import { defaultLimits, type ReaderLimits, type ReadResult } from '../../core/readers/reader.ts';
import type { RasterRequest, SizedRequest } from '../../pixels/raster.ts';

export const squash: SizedRequest = { fit: 'squash', width: 32, height: 32, filter: 'bicubic' };

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oneword-readers-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const sample = (name: string) => fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
export const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/pictures/${name}`, import.meta.url));

export function read(path: string, limits: Partial<ReaderLimits> = {}, rasters: readonly RasterRequest[] = [squash]): Promise<ReadResult> {
  return readPicture({ path, rasters }, { ...defaultLimits, ...limits });
}

/** Writes bytes under a name and reads them. */
export function readBytesAs(
  folder: string,
  name: string,
  bytes: Uint8Array | string,
  rasters: readonly RasterRequest[] = [squash],
): Promise<ReadResult> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return read(path, {}, rasters);
}

/** Colour in the middle of the upper left, upper right, lower left and lower right quarter of the first raster, as hex digits of 4 bits. */
export function corners({ picture }: ReadResult): string[] {
  const raster = picture.rasters[0];
  if (!raster) throw new Error('no raster was asked for');
  const at = (x: number, y: number) => {
    const start = (Math.floor(y * raster.height) * raster.width + Math.floor(x * raster.width)) * 3;
    return [...raster.data.subarray(start, start + 3)].map((value) => Math.round(value / 17).toString(16)).join('');
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}
