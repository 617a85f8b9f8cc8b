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

/** How the pixels come to be from which a raster is made. */
export type Decoding = {
  /**
   * `quick` (the default) may decode a large picture at a reduced size, honours colour profiles and composites on white.
   * `reference` is what Pillow gives the published models: every pixel decoded, colour profiles ignored, CMYK by Pillow's arithmetic.
   */
  readonly decoding?: 'quick' | 'reference';
  /** What becomes of transparency with `reference`: composited on white (the default), or the alpha channel simply dropped. */
  readonly alpha?: 'white' | 'drop';
};

/**
 * A raster of a fixed size.
 * - `squash`: exactly width x height, aspect ratio not kept
 * - `letterbox`: aspect kept, centred on black bars in width x height
 * - `inside`: aspect kept, scaled down until it fits width x height, never enlarged
 */
export type SizedRequest = Decoding & {
  readonly fit: 'squash' | 'letterbox' | 'inside';
  readonly width: number;
  readonly height: number;
  readonly filter: ResampleFilter;
};

/**
 * The picture on the best of several canvases of square tiles, aspect kept, centred on black (anyres: LLaVA-NeXT). `canvas.ts` says
 * which canvas is best, for both sides: the reader that makes the raster and the engine that cuts it into tiles.
 * - `odd: 'short'` pads both sides by the rounded-down half, so that the canvas can be one pixel short (transformers 4.41)
 * - `odd: 'after'` puts the odd pixel to the right or bottom (transformers 4.44 and later)
 */
export type CanvasRequest = Decoding & {
  readonly fit: 'canvas';
  /** Possible canvases in pixels, as the checkpoint lists them; the first of equally good ones wins. */
  readonly canvases: readonly { readonly width: number; readonly height: number }[];
  readonly odd: 'short' | 'after';
  readonly filter: ResampleFilter;
};

/**
 * The picture as large as a number of square crops allows, aspect kept, its shorter direction filled up with white on both sides (HD transform:
 * Phi-3-vision). `hd.ts` says how large and where.
 */
export type HdRequest = Decoding & {
  readonly fit: 'hd';
  /** Of a crop, in pixels. */
  readonly side: number;
  /** At most so many crops, from 1. */
  readonly crops: number;
  readonly filter: ResampleFilter;
};

/**
 * The picture made `longest` pixels long, small ones too, and then stretched to whole square tiles, in two resamplings (Idefics3, SmolVLM).
 * `split.ts` says how large it becomes.
 * - `tiles: 'all'`: as many tiles as cover it
 * - `tiles: 'one'`: a single tile
 */
export type SplitRequest = Decoding & {
  readonly fit: 'split';
  readonly longest: number;
  /** Of a tile, in pixels. */
  readonly side: number;
  readonly tiles: 'all' | 'one';
  readonly filter: ResampleFilter;
};

/** The middle of the picture after its shorter edge became `shorter` pixels, small ones too (CLIP). `cover.ts` says which part it is. */
export type CoverRequest = Decoding & {
  readonly fit: 'cover';
  /** At least as much as width and height. */
  readonly shorter: number;
  readonly width: number;
  readonly height: number;
  readonly filter: ResampleFilter;
};

/** One raster that an engine wants of every picture. */
export type RasterRequest = SizedRequest | CanvasRequest | HdRequest | SplitRequest | CoverRequest;

/** Where the upright picture lies inside a letterboxed raster: `raster = picture * scale + offset`. */
export type Placement = { readonly scale: number; readonly offsetX: number; readonly offsetY: number };
