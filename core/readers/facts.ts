/**
 * @file What a picture says about itself in EXIF and XMP: when, with what, where, how much it is liked.
 */
import exifReader from 'exif-reader';
import type { Metadata } from 'sharp';
import type { PictureFacts } from './reader.ts';

/** The stated part of PictureFacts. */
export type Stated = Pick<PictureFacts, 'takenAt' | 'camera' | 'lens' | 'exposure' | 'latitude' | 'longitude' | 'rating'>;

export const statedNothing: Stated = {};

/** Values as tags have them, before they are believed. Times are camera time, coordinates signed degrees. */
export type Claims = {
  takenAt?: string | undefined;
  make?: unknown;
  model?: unknown;
  lens?: unknown;
  exposureTime?: unknown;
  fNumber?: unknown;
  iso?: unknown;
  focalLength?: unknown;
  latitude?: number | undefined;
  longitude?: number | undefined;
  rating?: unknown;
};

export function statedIn(header: Pick<Metadata, 'exif' | 'xmp'>): Stated {
  const xmp = header.xmp?.toString('utf8', 0, 1024 ** 2) ?? '';
  const exif = header.exif ? parseExif(header.exif) : {};
  return state({
    ...exif,
    takenAt: exif.takenAt ?? xmpTime(xmp),
    rating: xmpValue(xmp, 'xmp:Rating') ?? exif.rating,
  });
}

export function state(claims: Claims): Stated {
  const camera = cameraName(text(claims.make), text(claims.model));
  const lens = text(claims.lens);
  const exposure = exposureText(claims);
  const rating = Math.round(number(claims.rating) ?? 0);
  return {
    ...(claims.takenAt !== undefined && isPlausible(claims.takenAt) && { takenAt: claims.takenAt }),
    ...(camera && { camera }),
    ...(lens && { lens }),
    ...(exposure && { exposure }),
    ...place(claims.latitude, claims.longitude),
    ...(rating >= 1 && rating <= 5 && { rating }),
  };
}

/** `2021:07:03 10:11:12` (EXIF) or `2021-07-03T10:11:12+02:00` (XMP) as camera time. */
export function cameraTime(value: string): string | undefined {
  const match = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?/.exec(value.trim());
  return match ? `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6] ?? '00'}` : undefined;
}

/** Damaged EXIF is common and no reason to refuse the picture: nothing is stated then. */
function parseExif(bytes: Buffer): Claims {
  let exif: ReturnType<typeof exifReader>;
  try {
    exif = exifReader(bytes);
  } catch {
    return {};
  }
  const { Image: image, Photo: photo, GPSInfo: gps } = exif;
  return {
    // Not Image.DateTime: that is when the file was last edited.
    takenAt: fromDate(photo?.DateTimeOriginal) ?? fromDate(photo?.DateTimeDigitized),
    make: image?.Make,
    model: image?.Model,
    lens: photo?.LensModel,
    exposureTime: photo?.ExposureTime,
    fNumber: photo?.FNumber,
    iso: photo?.ISOSpeedRatings,
    focalLength: photo?.FocalLength,
    latitude: degrees(gps?.GPSLatitude, gps?.GPSLatitudeRef, 'S'),
    longitude: degrees(gps?.GPSLongitude, gps?.GPSLongitudeRef, 'W'),
    rating: image?.Rating,
  };
}

/** exif-reader makes a Date of the camera's clock as if that ran on UTC. */
function fromDate(value: unknown): string | undefined {
  return value instanceof Date && Number.isFinite(value.getTime()) ? value.toISOString().slice(0, 19) : undefined;
}

function isPlausible(time: string): boolean {
  const date = new Date(`${time}Z`);
  return Number.isFinite(date.getTime()) && time.startsWith(date.toISOString().slice(0, 16)) && time >= '1826' && time < '2100';
}

function degrees(value: unknown, direction: unknown, negative: string): number | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const [whole = Number.NaN, minutes = 0, seconds = 0] = value.map(Number);
  const absolute = whole + minutes / 60 + seconds / 3600;
  return text(direction)?.toUpperCase() === negative ? -absolute : absolute;
}

/** Cameras without a fix write zeros; nobody photographs at 0, 0. */
function place(latitude: number | undefined, longitude: number | undefined): Stated {
  if (latitude === undefined || longitude === undefined || (latitude === 0 && longitude === 0)) return {};
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : {};
}

/** Make and model, without the make where the model repeats it ("Canon" + "Canon EOS R5", "NIKON CORPORATION" + "NIKON D90"). */
function cameraName(make: string | undefined, model: string | undefined): string | undefined {
  if (!make || !model) return model ?? make;
  const brand = make.split(' ')[0] ?? make;
  return model.toLowerCase().startsWith(brand.toLowerCase()) ? model : `${make} ${model}`;
}

function exposureText({ exposureTime, fNumber, iso, focalLength }: Claims): string {
  const seconds = number(exposureTime);
  const parts = [
    seconds && (seconds < 0.4 ? `1/${Math.round(1 / seconds)} s` : `${rounded(seconds)} s`),
    number(fNumber) && `f/${rounded(number(fNumber) ?? 0)}`,
    number(iso) && `ISO ${Math.round(number(iso) ?? 0)}`,
    number(focalLength) && `${rounded(number(focalLength) ?? 0)} mm`,
  ];
  return parts.filter(Boolean).join(', ');
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A positive number, also the first of a list. */
function number(value: unknown): number | undefined {
  const first = Number(Array.isArray(value) ? value[0] : value);
  return value !== null && value !== '' && Number.isFinite(first) && first > 0 ? first : undefined;
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = value
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 200);
  return clean === '' ? undefined : clean;
}

function xmpTime(xmp: string): string | undefined {
  const value = xmpValue(xmp, 'exif:DateTimeOriginal') ?? xmpValue(xmp, 'photoshop:DateCreated') ?? xmpValue(xmp, 'xmp:CreateDate');
  return value === undefined ? undefined : cameraTime(value);
}

/** A simple property, written as an attribute or as an element. */
function xmpValue(xmp: string, name: string): string | undefined {
  const at = xmp.indexOf(name);
  return at < 0 ? undefined : /^(?:\s*=\s*["']|>)([^"'<]{1,40})/.exec(xmp.slice(at + name.length, at + name.length + 80))?.[1];
}
