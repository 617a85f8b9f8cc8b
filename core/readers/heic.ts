/**
 * @file HEIC and HEIF by libheif compiled to WebAssembly: sharp's own libheif has no HEVC. sharp still reads the header, EXIF and
 * colour profile. libheif turns the picture upright, so the EXIF orientation no longer counts.
 */
import { createRequire } from 'node:module';
import { statedIn } from './facts.ts';
import { damaged, type Opened, openPhoto, type Photo, readHeader, type Source } from './photo.ts';
import type { ReaderLimits } from './reader.ts';
import { checkPixels, type Size } from './size.ts';
import { type Pixels, wrapPixels } from './tiff.ts';

/** What is used of libheif-js, which has no types of its own for these. */
type Libheif = {
  heif_context_alloc(): object;
  heif_context_free(context: object): void;
  heif_context_read_from_memory(context: object, bytes: Uint8Array): HeifError;
  heif_js_context_get_primary_image_handle(context: object): object | HeifError;
  heif_image_handle_get_width(handle: object): number;
  heif_image_handle_get_height(handle: object): number;
  heif_image_handle_has_alpha_channel(handle: object): number;
  heif_image_handle_release(handle: object): void;
  heif_js_decode_image2(handle: object, colourspace: unknown, chroma: unknown): Promise<HeifImage | HeifError>;
  heif_image_release(image: object): void;
  readonly heif_error_code: { readonly heif_error_Ok: unknown };
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGB: unknown; readonly heif_chroma_interleaved_RGBA: unknown };
};
type HeifError = { readonly code: unknown; readonly message: string };
type HeifImage = {
  readonly image: object;
  readonly channels: readonly { readonly width: number; readonly height: number; readonly stride: number; readonly data: Uint8Array }[];
};

/** Loaded with the first HEIC file, in 0.1 s. */
let loaded: Libheif | undefined;
function libheif(): Libheif {
  loaded ??= createRequire(import.meta.url)('libheif-js/wasm-bundle') as Libheif;
  return loaded;
}

export async function openHeic(source: Source, limits: ReaderLimits): Promise<Opened> {
  const header = await readHeader(source, 'heic');
  const size = await withPrimary(source, sizeOf);
  checkPixels(source.path, size, limits.megapixels);
  let decoded: Promise<Photo> | undefined; // once, though it may be asked for in two ways
  const photo = () => {
    decoded ??= decode(source, header.icc, limits);
    return decoded;
  };
  return {
    type: 'heic',
    size,
    frames: 1,
    stated: statedIn(header),
    decode: async (at) => (await photo()).decode(at),
    reference: async (alpha) => (await photo()).reference(alpha),
  };
}

async function decode(source: Source, profile: Buffer | undefined, limits: ReaderLimits): Promise<Photo> {
  const pixels = await withPrimary(source, (handle) => pixelsOf(handle, source.path));
  return openPhoto({ path: source.path, bytes: wrapPixels(pixels, profile) }, 'tiff', limits);
}

async function withPrimary<T>({ path, bytes }: Source, use: (handle: object) => T | Promise<T>): Promise<T> {
  const heif = libheif();
  const context = heif.heif_context_alloc();
  try {
    const read = heif.heif_context_read_from_memory(context, bytes);
    if (read.code !== heif.heif_error_code.heif_error_Ok) throw damaged(path, 'heic', new Error(read.message));
    const handle = heif.heif_js_context_get_primary_image_handle(context);
    if (isError(handle)) throw damaged(path, 'heic', new Error(handle.message));
    try {
      return await use(handle);
    } finally {
      heif.heif_image_handle_release(handle);
    }
  } finally {
    heif.heif_context_free(context);
  }
}

function sizeOf(handle: object): Size {
  const heif = libheif();
  return { width: heif.heif_image_handle_get_width(handle), height: heif.heif_image_handle_get_height(handle) };
}

async function pixelsOf(handle: object, path: string): Promise<Pixels> {
  const heif = libheif();
  const transparent = heif.heif_image_handle_has_alpha_channel(handle) !== 0;
  const { heif_chroma_interleaved_RGB: rgb, heif_chroma_interleaved_RGBA: rgba } = heif.heif_chroma;
  const decoded = await heif.heif_js_decode_image2(handle, heif.heif_colorspace.heif_colorspace_RGB, transparent ? rgba : rgb);
  if (isError(decoded)) throw damaged(path, 'heic', new Error(decoded.message));
  try {
    const plane = decoded.channels[0];
    if (!plane) throw damaged(path, 'heic', new Error('no pixels'));
    const channels = transparent ? 4 : 3;
    return { width: plane.width, height: plane.height, channels, data: withoutPadding(plane, plane.width * channels) };
  } finally {
    heif.heif_image_release(decoded.image);
  }
}

/** A copy: the plane lies in libheif's memory. */
function withoutPadding({ height, stride, data }: HeifImage['channels'][number], row: number): Uint8Array {
  const tight = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) tight.set(data.subarray(y * stride, y * stride + row), y * row);
  return tight;
}

function isError(value: object): value is HeifError {
  return 'code' in value && value.code !== undefined;
}
