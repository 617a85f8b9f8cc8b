/**
 * @file Everything that libvips decodes: JPEG, PNG, WebP, GIF, TIFF, AVIF; and, handed over as TIFF or JPEG, what heic.ts and
 * raw.ts dug out. The result is upright, 8-bit sRGB, on white where the picture is transparent.
 */
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import type { Raster } from '../../pixels/raster.ts';
import { AppError } from '../api/errors.ts';
import type { FileType } from '../api/query.ts';
import { type Stated, statedIn } from './facts.ts';
import { quote } from './file-bytes.ts';
import type { ReaderLimits } from './reader.ts';
import { type Alpha, decodeReference } from './reference.ts';
import { checkPixels, type Decoder, type Size } from './size.ts';

/** One libvips thread a reader (the pool has several processes), and nothing kept between files. */
sharp.concurrency(1);
sharp.cache(false);

export type Source = { readonly path: string; readonly bytes: Buffer };

/** A picture whose header was read and whose pixels were not. */
export type Opened = Decoder & {
  readonly type: FileType;
  /** Upright. */
  readonly size: Size;
  readonly frames: number;
  readonly stated: Stated;
  /** At the given upright size, not larger than the picture's own unless it is scalable. */
  decode(at: Size): Promise<Raster>;
  /** Every pixel as the published models got it, see reference.ts. Absent where there is no such thing: a drawing has no pixels of its own. */
  reference?(alpha: Alpha): Promise<Raster>;
};

/** Has pixels of its own. */
export type Photo = Opened & Required<Pick<Opened, 'reference'>>;

/** From these on sharp lets libjpeg shrink by 2, 4 and 8 (it halves the shrink where it would be exact, see its pipeline.cc). */
const jpegShrinks = [3, 5, 9];

export async function openPhoto(source: Source, type: FileType, limits: ReaderLimits): Promise<Photo> {
  const header = await readHeader(source, type);
  const size = header.autoOrient;
  checkPixels(source.path, size, limits.megapixels);
  return {
    type,
    size,
    frames: type === 'tiff' ? 1 : (header.pages ?? 1), // pages of a TIFF are no animation
    stated: statedIn(header),
    ...(type === 'jpeg' ? { shrinks: jpegShrinks } : {}),
    decode: (at) => decode(source, type, at.width === size.width && at.height === size.height ? undefined : at),
    reference: (alpha) =>
      decodeReference(source.bytes, header, alpha, strictness).catch((error: Error) => {
        throw damaged(source.path, type, error);
      }),
  };
}

/**
 * Truncated or broken pixel data is an error, warnings about odd tags are not. The pixel cap is ours, checked before decoding,
 * because it can say what the limit is.
 */
const strictness: SharpOptions = { failOn: 'error', limitInputPixels: false };

export async function readHeader({ path, bytes }: Source, type: FileType): Promise<Metadata> {
  return sharp(bytes, strictness)
    .metadata()
    .catch((error: Error) => {
      throw damaged(path, type, error);
    });
}

async function decode({ path, bytes }: Source, type: FileType, reduced: Size | undefined): Promise<Raster> {
  const picture = sharp(bytes, { ...strictness, autoOrient: true });
  try {
    return await toRaster(reduced ? picture.resize(reduced.width, reduced.height, { fit: 'fill' }) : picture);
  } catch (error) {
    throw damaged(path, type, error as Error);
  }
}

export async function toRaster(picture: Sharp): Promise<Raster> {
  const { data, info } = await picture
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

export function damaged(path: string, type: FileType, error: Error): AppError {
  const reason = error.message.split('\n')[0]?.trim() || 'no reason given';
  return new AppError('unreadable-file', `${quote(path)} is truncated or damaged and cannot be decoded as ${type} (${reason}).`, {
    cause: error,
  });
}
