/**
 * @file Decoded pixels, and the plain description of the pixels that an engine wants to see.
 * A leaf: `core` and `models` both import it, it imports nothing.
 */

/** 8-bit RGB, row-major, no padding: `data.length === width * height * 3`. */
export type Raster = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
};

export type ResampleFilter = 'bilinear' | 'bicubic' | 'lanczos';

/**
 * One raster that an engine wants of every picture.
 * - `squash`: exactly width x height, aspect ratio not kept
 * - `letterbox`: aspect kept, centred on black bars in width x height
 * - `inside`: aspect kept, scaled down until it fits width x height, never enlarged
 */
export type RasterRequest = {
  readonly fit: 'squash' | 'letterbox' | 'inside';
  readonly width: number;
  readonly height: number;
  readonly filter: ResampleFilter;
};

/** Where the upright picture lies inside a letterboxed raster: `raster = picture * scale + offset`. */
export type Placement = { readonly scale: number; readonly offsetX: number; readonly offsetY: number };
