/**
 * @file HD transform: how large a picture becomes before it is cut into square crops, and where it lies on them (Phi-3-vision).
 * Reference: `HD_transform` and `padding_336` of microsoft/Phi-3-vision-128k-instruct, image_processing_phi3_v.py.
 */
import type { Size } from './canvas.ts';
import type { HdRequest } from './raster.ts';

/** All in pixels. */
export type HdLayout = {
  /** A whole number of crops both ways. */
  readonly raster: Size;
  /** The picture in the raster. It fills the longer of its directions. */
  readonly picture: Size;
  /** What is filled up before the picture: above it, or to the left of a tall one. */
  readonly margin: number;
  /** Higher than wide: the reference lays it on its side, resizes it, and stands it up again. */
  readonly tall: boolean;
};

/** Where a picture of this size goes: as large as the number of crops allows. */
export function layoutHd({ width, height }: Size, { side, crops }: Pick<HdRequest, 'side' | 'crops'>): HdLayout {
  const tall = width < height;
  const ratio = tall ? height / width : width / height;
  let across = 1;
  while ((across + 1) * Math.ceil((across + 1) / ratio) <= crops) across++;
  const long = across * side;
  // The reference fails where this comes to nothing: on a strip thousands of times as long as wide.
  const short = Math.max(1, Math.trunc(long / ratio));
  const padded = Math.ceil(short / side) * side;
  const margin = (padded - short) >> 1;
  if (tall) return { raster: { width: padded, height: long }, picture: { width: short, height: long }, margin, tall };
  return { raster: { width: long, height: padded }, picture: { width: long, height: short }, margin, tall };
}
