/** @file Boxes that detectors find, in pixels of the upright picture. */
import type { Placement } from '../../pixels/raster.ts';

export type Box = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly score: number;
};

export function area({ left, top, right, bottom }: Box): number {
  return (right - left) * (bottom - top);
}

export function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}

/** Non-maximum suppression: best first, without those that overlap a better one by more than `most` (intersection over union). */
export function suppress(boxes: readonly Box[], most: number): Box[] {
  const kept: Box[] = [];
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    const hidden = kept.some((better) => {
      const shared = overlap(better, box);
      return shared / (area(better) + area(box) - shared + 1e-9) > most;
    });
    if (!hidden) kept.push(box);
  }
  return kept;
}

/** From the raster's pixels to the picture's. */
export function inPicture(box: Box, { scale, offsetX, offsetY }: Placement): Box {
  return {
    left: (box.left - offsetX) / scale,
    top: (box.top - offsetY) / scale,
    right: (box.right - offsetX) / scale,
    bottom: (box.bottom - offsetY) / scale,
    score: box.score,
  };
}
