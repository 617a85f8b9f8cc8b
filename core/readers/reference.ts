/**
 * @file Pixels as Pillow hands them to the published models: the whole picture, upright, colour profiles ignored, CMYK by Pillow's plain
 * arithmetic, transparency dropped or on white. libvips decodes to the same values; what it would do afterwards is done here instead.
 * Reference: Pillow's Convert.c (`cmyk2rgb`) and AlphaComposite.c; `convert_to_rgb` of transformers' image_transforms.py.
 */
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import type { Decoding, Raster } from '../../pixels/raster.ts';

export type Alpha = NonNullable<Decoding['alpha']>;

/** What the header says. */
type Kind = { readonly space?: string | undefined; readonly hasAlpha?: boolean | undefined };

export async function decodeReference(bytes: Buffer, { space, hasAlpha }: Kind, alpha: Alpha, options: SharpOptions): Promise<Raster> {
  const picture = sharp(bytes, { ...options, autoOrient: true, ignoreIcc: true });
  if (space === 'cmyk') {
    // libvips has turned Adobe's inverted JPEGs round already.
    const { width, height, data } = await rawPixels(picture.removeAlpha().pipelineColourspace('cmyk').toColourspace('cmyk'));
    return { width, height, data: cmykToRgb(data) };
  }
  if (hasAlpha && alpha === 'white') {
    const { width, height, data } = await rawPixels(picture.ensureAlpha().toColourspace('srgb'));
    return { width, height, data: onWhite(data) };
  }
  return rawPixels(picture.removeAlpha().toColourspace('srgb'));
}

async function rawPixels(picture: Sharp): Promise<Raster> {
  const { data, info } = await picture.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const light = 255 - (cmyk[from + 3] ?? 0);
    for (let c = 0; c < 3; c++) rgb[to + c] = light - dividedBy255((cmyk[from + c] ?? 0) * light);
  }
  return rgb;
}

/** Not premultiplied RGBA over opaque white. */
function onWhite(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3] ?? 0;
    const white = 255 * (255 - alpha);
    for (let c = 0; c < 3; c++) rgb[to + c] = dividedBy255((rgba[from + c] ?? 0) * alpha + white);
  }
  return rgb;
}

/** Rounded, as Pillow does it without a division. */
function dividedBy255(product: number): number {
  const sum = product + 128;
  return ((sum >> 8) + sum) >> 8;
}
