/**
 * @file Pictures as engines want them: resized exactly as Pillow does it, squashed, letterboxed, fitted inside, laid on a canvas, covered or cropped.
 * Another library's resize changes what a classifier sees in some pictures; this one is the reference's, bit for bit.
 */
import { layoutOn, type Size } from './canvas.ts';
import { layoutCover } from './cover.ts';
import { layoutHd } from './hd.ts';
import { resizeInto } from './kernel.ts';
import type {
  CanvasRequest,
  CoverRequest,
  HdRequest,
  Placement,
  Raster,
  RasterRequest,
  ResampleFilter,
  SizedRequest,
  SplitRequest,
} from './raster.ts';
import { splitLayout } from './split.ts';

/**
 * The picture as the request wants it. May return the picture itself when nothing is to be done.
 * `whole` is the size of the whole picture where `picture` was decoded at another one: it decides on the canvas.
 */
export function render(picture: Raster, request: RasterRequest, whole: Size = picture): Raster {
  check(picture);
  if (request.fit === 'canvas') return onCanvas(picture, request, whole);
  if (request.fit === 'hd') return onCrops(picture, request, whole);
  if (request.fit === 'split') return stretched(picture, request, whole);
  if (request.fit === 'cover') return covering(picture, request, whole);
  const { width, height } = sizeWithin(picture.width, picture.height, request);
  if (request.fit === 'letterbox') return letterbox(picture, request, width, height);
  return resized(picture, { width, height }, request.filter);
}

function resized(picture: Raster, { width, height }: Size, filter: ResampleFilter): Raster {
  if (width === picture.width && height === picture.height) return picture;
  const data = new Uint8Array(width * height * 3);
  resizeInto({ data, offset: 0, stride: width * 3 }, picture, width, height, filter);
  return { width, height, data };
}

/** Where a picture of this size lies in its raster. (A squashed picture has no one scale.) */
export function placementOf(width: number, height: number, request: SizedRequest & { fit: 'letterbox' | 'inside' }): Placement {
  const scale = scaleOf(width, height, request);
  if (request.fit === 'inside') return { scale, offsetX: 0, offsetY: 0 };
  const size = sizeWithin(width, height, request);
  return { scale, offsetX: (request.width - size.width) >> 1, offsetY: (request.height - size.height) >> 1 };
}

/** The pixels from (left, top) up to but without (right, bottom); whole numbers inside the picture. */
export function crop(picture: Raster, left: number, top: number, right: number, bottom: number): Raster {
  const width = right - left;
  const height = bottom - top;
  if (left < 0 || top < 0 || width < 1 || height < 1 || right > picture.width || bottom > picture.height) {
    throw new RangeError(`(${left}, ${top}) to (${right}, ${bottom}) is no part of a ${picture.width} x ${picture.height} picture`);
  }
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * picture.width + left) * 3;
    data.set(picture.data.subarray(from, from + width * 3), row * width * 3);
  }
  return { width, height, data };
}

function stretched(picture: Raster, request: SplitRequest, whole: Size): Raster {
  const { scaled, raster } = splitLayout(whole, request);
  return resized(resized(picture, scaled, request.filter), raster, request.filter);
}

function covering(picture: Raster, request: CoverRequest, whole: Size): Raster {
  const { picture: all, window } = layoutCover(whole, request);
  const data = new Uint8Array(window.width * window.height * 3);
  resizeInto({ data, offset: 0, stride: window.width * 3 }, picture, all.width, all.height, request.filter, window);
  return { width: window.width, height: window.height, data };
}

function onCanvas(picture: Raster, request: CanvasRequest, whole: Size): Raster {
  const { raster, picture: inside, left, top } = layoutOn(whole, request);
  const data = new Uint8Array(raster.width * raster.height * 3);
  const stride = raster.width * 3;
  resizeInto({ data, offset: top * stride + left * 3, stride }, picture, inside.width, inside.height, request.filter);
  return { ...raster, data };
}

/** A tall picture is resized lying on its side: rounding between the two passes shows in which order they came. */
function onCrops(picture: Raster, request: HdRequest, whole: Size): Raster {
  const { raster, picture: inside, margin, tall } = layoutHd(whole, request);
  const lying = ({ width, height }: Size): Size => (tall ? { width: height, height: width } : { width, height });
  const source = tall ? onItsSide(picture) : picture;
  const target = lying(raster);
  const { width, height } = lying(inside);
  const data = new Uint8Array(target.width * target.height * 3).fill(255);
  const stride = target.width * 3;
  resizeInto({ data, offset: margin * stride, stride }, source, width, height, request.filter);
  return tall ? onItsSide({ ...target, data }) : { ...target, data };
}

/** Rows become columns. */
function onItsSide({ width, height, data }: Raster): Raster {
  const turned = new Uint8Array(data.length);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0; x < width; x++, from += 3) {
      const to = (x * height + y) * 3;
      turned[to] = data[from] ?? 0;
      turned[to + 1] = data[from + 1] ?? 0;
      turned[to + 2] = data[from + 2] ?? 0;
    }
  }
  return { width: height, height: width, data: turned };
}

function letterbox(picture: Raster, request: SizedRequest, width: number, height: number): Raster {
  const data = new Uint8Array(request.width * request.height * 3);
  const left = (request.width - width) >> 1;
  const top = (request.height - height) >> 1;
  const stride = request.width * 3;
  resizeInto({ data, offset: top * stride + left * 3, stride }, picture, width, height, request.filter);
  return { width: request.width, height: request.height, data };
}

function scaleOf(width: number, height: number, request: SizedRequest): number {
  const scale = Math.min(request.width / width, request.height / height);
  return request.fit === 'inside' ? Math.min(1, scale) : scale;
}

function sizeWithin(width: number, height: number, request: SizedRequest): Size {
  if (request.fit === 'squash') return { width: request.width, height: request.height };
  const scale = scaleOf(width, height, request);
  return { width: Math.max(1, roundHalfEven(width * scale)), height: Math.max(1, roundHalfEven(height * scale)) };
}

/** Python's `round`, which the reference uses. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest === 0.5 ? floor + (floor % 2) : Math.round(x);
}

function check({ width, height, data }: Raster): void {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1 || data.length !== width * height * 3) {
    throw new RangeError(`not an RGB raster: ${width} x ${height} with ${data.length} bytes`);
  }
}
