/**
 * @file One file from bytes to rasters, thumbnail and facts. Runs in a reader process: what happens here may take the process down.
 */
import { hash } from 'node:crypto';
import type { Raster, RasterRequest } from '../../pixels/raster.ts';
import { render } from '../../pixels/resample.ts';
import { AppError } from '../api/errors.ts';
import { appearance } from './appearance.ts';
import { quote, readBytes } from './file-bytes.ts';
import { openHeic } from './heic.ts';
import { partOf } from './part.ts';
import { type Opened, openPhoto, type Source } from './photo.ts';
import { openRaw } from './raw.ts';
import type { ReaderLimits, ReadJob, ReadResult } from './reader.ts';
import type { Alpha } from './reference.ts';
import { decodingSize, fitted, wantedFor } from './size.ts';
import { sniff } from './sniff.ts';
import { openSvg } from './svg.ts';
import { writeWebp } from './webp.ts';

/** Pixels of the longer side that are plenty for a picture's looks, where nothing else is wanted of its quick decoding. */
const looksSide = 320;

export async function readPicture(job: ReadJob, limits: ReaderLimits): Promise<ReadResult> {
  const source = { path: job.path, bytes: await readBytes(job.path, limits.bytes) };
  const whole = await open(source, limits);
  const opened = job.crop ? partOf(whole, job.crop) : whole;
  const isReference = (request: RasterRequest) => request.decoding === 'reference' && opened.reference !== undefined;
  const wanted = job.rasters.filter((request) => !isReference(request)).map((request) => wantedFor(opened.size, request));
  if (job.thumbnail) wanted.push(fitted(opened.size, job.thumbnail.side, opened));
  if (wanted.length === 0 && job.rasters.length > 0) wanted.push(fitted(opened.size, looksSide, opened));
  const decoding = opened.decode(decodingSize(opened.size, wanted, opened));
  const digest = hash('sha256', source.bytes); // while libvips decodes on its own thread
  const raster = await decoding;
  const writing = job.thumbnail && writeWebp(raster, job.thumbnail.path, { side: job.thumbnail.side, quality: 75, effort: 0 });
  const looks = appearance(raster);
  const [rasters] = await Promise.all([renderAll(job.rasters, opened, raster), writing]);
  return {
    hash: digest,
    bytes: source.bytes.length,
    facts: { type: opened.type, ...opened.size, ...looks, frames: opened.frames, ...opened.stated },
    picture: { ...opened.size, rasters },
  };
}

/** Some of the quick decoding, some of the picture as the published models got it, which is decoded once for each kind of transparency. */
async function renderAll(requests: readonly RasterRequest[], opened: Opened, quick: Raster): Promise<Raster[]> {
  const references = new Map<Alpha, Promise<Raster>>();
  const pixelsFor = ({ decoding, alpha = 'white' }: RasterRequest): Raster | Promise<Raster> => {
    if (decoding !== 'reference' || !opened.reference) return quick;
    const decoded = references.get(alpha) ?? opened.reference(alpha);
    references.set(alpha, decoded);
    return decoded;
  };
  const rasters: Raster[] = [];
  for (const request of requests) rasters.push(render(await pixelsFor(request), request, opened.size));
  return rasters;
}

export async function writePreview(path: string, target: string, side: number, limits: ReaderLimits): Promise<void> {
  const opened = await open({ path, bytes: await readBytes(path, limits.bytes) }, limits);
  const raster = await opened.decode(fitted(opened.size, side, opened));
  await writeWebp(raster, target, { side, quality: 80, effort: 2 });
}

async function open(source: Source, limits: ReaderLimits): Promise<Opened> {
  const type = sniff(source.bytes, source.path);
  switch (type) {
    case undefined:
      throw new AppError('unreadable-file', `${quote(source.path)} is no picture that Oneword can read, whatever its name says.`);
    case 'svg':
      return openSvg(source);
    case 'heic':
      return openHeic(source, limits);
    case 'raw':
      return openRaw(source, limits);
    default:
      return openPhoto(source, type, limits);
  }
}
