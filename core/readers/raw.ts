/**
 * @file Camera RAW by the JPEG that the camera put inside, found by exiftool; one exiftool process stays for the files to come.
 */
import { randomUUID } from 'node:crypto';
import { symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExifTool } from 'exiftool-vendored';
import sharp from 'sharp';
import { AppError } from '../api/errors.ts';
import { cameraTime, type Stated, state } from './facts.ts';
import { quote } from './file-bytes.ts';
import { type Opened, openPhoto, type Source } from './photo.ts';
import type { ReaderLimits } from './reader.ts';

/** Where cameras keep previews, thumbnails last; the largest is taken. */
const previews = ['JpgFromRaw', 'JpgFromRaw2', 'PreviewImage', 'OtherImage', 'ThumbnailImage'] as const;
type Preview = (typeof previews)[number];

type Tags = Readonly<Record<string, unknown>>;

const wanted = [
  ...previews,
  ...['Orientation', 'DateTimeOriginal', 'CreateDate', 'Make', 'Model', 'LensModel', 'LensID', 'ExposureTime', 'FNumber', 'ISO'],
  ...['FocalLength', 'GPSLatitude', 'GPSLongitude', 'Rating'],
];

let started: ExifTool | undefined;
function exiftool(): ExifTool {
  started ??= new ExifTool({ maxProcs: 1, taskRetries: 0, taskTimeoutMillis: 55_000, spawnTimeoutMillis: 30_000 });
  return started;
}

export async function closeExiftool(): Promise<void> {
  await started?.end();
  started = undefined;
}

/** Sizes are those of the embedded picture. */
export async function openRaw({ path }: Source, limits: ReaderLimits): Promise<Opened> {
  const { tags, bytes } = await withSafeName(path, (name) => extract(name, path));
  const preview = await upright(bytes, tags);
  const photo = await openPhoto({ path, bytes: preview }, 'jpeg', limits);
  return { ...photo, type: 'raw', frames: 1, stated: { ...photo.stated, ...statedBy(tags) } };
}

async function extract(name: string, path: string): Promise<{ tags: Tags; bytes: Buffer }> {
  try {
    // -n: plain numbers, signed degrees
    const tags: Tags = { ...(await exiftool().readRaw(name, { readArgs: ['-n', '-fast', ...wanted.map((tag) => `-${tag}`)] })) };
    const best = largestPreview(tags);
    if (!best) throw new AppError('unreadable-file', `${quote(path)} is a camera RAW file without an embedded picture to show.`);
    return { tags, bytes: await exiftool().extractBinaryTagToBuffer(best, name) };
  } catch (error) {
    if (error instanceof AppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const advice = /ENOENT|spawn/.test(reason) ? 'camera RAW needs Perl, which could not be started' : reason.split('\n')[0];
    throw new AppError('unreadable-file', `${quote(path)} could not be read as camera RAW (${advice}).`, { cause: error });
  }
}

/** exiftool says "(Binary data 12345 bytes, use -b option to extract)". */
function largestPreview(tags: Tags): Preview | undefined {
  const bytesOf = (tag: Preview) => Number(/Binary data (\d+) bytes/.exec(String(tags[tag] ?? ''))?.[1] ?? 0);
  const best = [...previews].sort((a, b) => bytesOf(b) - bytesOf(a))[0];
  return best && bytesOf(best) > 0 ? best : undefined;
}

/** The embedded picture lies as the sensor did; where it does not say so itself, the RAW file's orientation is written into it. */
async function upright(preview: Buffer, tags: Tags): Promise<Buffer> {
  const orientation = Number(tags.Orientation ?? 1);
  if (!(orientation >= 2 && orientation <= 8)) return preview;
  const own = await sharp(preview)
    .metadata()
    .catch(() => undefined); // openPhoto says what is wrong with it
  return own && own.orientation === undefined ? withOrientation(preview, orientation) : preview;
}

/** Puts an EXIF segment with nothing but the orientation behind the JPEG's start marker. */
export function withOrientation(jpeg: Buffer, orientation: number): Buffer {
  const exif = Buffer.alloc(36);
  exif.writeUInt16BE(0xffe1, 0);
  exif.writeUInt16BE(34, 2);
  exif.write('Exif\0\0MM\0*\0\0\0\x08', 4, 'latin1');
  exif.writeUInt16BE(1, 18); // one entry: tag, type SHORT, count 1, value
  exif.writeUInt16BE(0x0112, 20);
  exif.writeUInt16BE(3, 22);
  exif.writeUInt32BE(1, 24);
  exif.writeUInt16BE(orientation, 28);
  return Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]);
}

function statedBy(tags: Tags): Stated {
  const time = tags.DateTimeOriginal ?? tags.CreateDate;
  return state({
    takenAt: time === undefined ? undefined : cameraTime(String(time)),
    make: tags.Make,
    model: tags.Model,
    lens: tags.LensModel ?? tags.LensID,
    exposureTime: tags.ExposureTime,
    fNumber: tags.FNumber,
    iso: tags.ISO,
    focalLength: tags.FocalLength,
    latitude: tags.GPSLatitude === undefined ? undefined : Number(tags.GPSLatitude),
    longitude: tags.GPSLongitude === undefined ? undefined : Number(tags.GPSLongitude),
    rating: tags.Rating,
  });
}

/** exiftool takes its arguments line by line: a name with a line break would be several of them, so such a file gets another name. */
async function withSafeName<T>(path: string, use: (name: string) => Promise<T>): Promise<T> {
  if (!/\p{Cc}/u.test(path)) return use(path);
  const link = join(tmpdir(), `oneword-${randomUUID()}`);
  await symlink(path, link);
  try {
    return await use(link);
  } finally {
    await unlink(link);
  }
}
