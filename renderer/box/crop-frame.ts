/** @file The frame that marks a part of a picture: drawn, moved and resized, always inside of the picture. All in fractions of the upright picture. */
import type { Crop } from '../../core/api/query.ts';

export type Point = { readonly x: number; readonly y: number };

/** Which edges a handle moves: -1 the left or upper one, 1 the right or lower one, 0 neither. */
export type Handle = { readonly x: -1 | 0 | 1; readonly y: -1 | 0 | 1 };

export const handles: readonly Handle[] = ([-1, 0, 1] as const).flatMap((y) =>
  ([-1, 0, 1] as const).filter((x) => x !== 0 || y !== 0).map((x) => ({ x, y })),
);

export const wholePicture: Crop = { x: 0, y: 0, width: 1, height: 1 };

/** What an engine can still see something in, and fingers can still hold. */
export const smallestSide = 0.05;

/** One press of an arrow key. */
export const keyStep = 0.02;

/** Between two corners, wherever they are. */
export function drawn(from: Point, to: Point): Crop {
  return sides(span(clamp(from.x), clamp(to.x)), span(clamp(from.y), clamp(to.y)));
}

export function moved(frame: Crop, by: Point): Crop {
  return {
    ...frame,
    x: round(clamp(frame.x + by.x, 0, 1 - frame.width)),
    y: round(clamp(frame.y + by.y, 0, 1 - frame.height)),
  };
}

/** The edges of the handle follow; the others stay. */
export function resized(frame: Crop, handle: Handle, by: Point): Crop {
  return sides(resizedSpan(frame.x, frame.width, handle.x, by.x), resizedSpan(frame.y, frame.height, handle.y, by.y));
}

/** An arrow key moves the frame. The one around everything has nowhere to go: it shrinks to the middle first. */
export function movedByKey(frame: Crop, key: string): Crop {
  return isWhole(frame) ? { x: 0.2, y: 0.2, width: 0.6, height: 0.6 } : moved(frame, arrows[key] ?? nowhere);
}

/** An arrow key moves the lower right corner. */
export function sizedByKey(frame: Crop, key: string): Crop {
  return resized(frame, { x: 1, y: 1 }, arrows[key] ?? nowhere);
}

const nowhere: Point = { x: 0, y: 0 };

const arrows: Record<string, Point> = {
  ArrowLeft: { x: -keyStep, y: 0 },
  ArrowRight: { x: keyStep, y: 0 },
  ArrowUp: { x: 0, y: -keyStep },
  ArrowDown: { x: 0, y: keyStep },
};

export function isWhole({ x, y, width, height }: Crop): boolean {
  return x <= 0.001 && y <= 0.001 && width >= 0.998 && height >= 0.998;
}

/** Where a picture of this size lies behind a square window that its part fills, in shares of the window's side. */
export function coverOf(part: Crop, size: { readonly width: number; readonly height: number }): Crop {
  const width = part.width * size.width;
  const height = part.height * size.height;
  const scale = 1 / Math.min(width, height);
  return {
    x: 0.5 - (part.x * size.width + width / 2) * scale,
    y: 0.5 - (part.y * size.height + height / 2) * scale,
    width: size.width * scale,
    height: size.height * scale,
  };
}

type Span = { start: number; length: number };

function span(a: number, b: number): Span {
  const length = Math.max(Math.abs(b - a), smallestSide);
  return { start: clamp(Math.min(a, b), 0, 1 - length), length };
}

function resizedSpan(start: number, length: number, edge: -1 | 0 | 1, by: number): Span {
  const end = start + length;
  if (edge === -1) {
    const moved = clamp(start + by, 0, end - smallestSide);
    return { start: moved, length: end - moved };
  }
  return { start, length: edge === 0 ? length : clamp(end + by, start + smallestSide, 1) - start };
}

function sides(across: Span, down: Span): Crop {
  const x = round(across.start);
  const y = round(down.start);
  return { x, y, width: Math.min(round(across.length), round(1 - x)), height: Math.min(round(down.length), round(1 - y)) };
}

function clamp(value: number, least = 0, most = 1): number {
  return Math.min(most, Math.max(least, value));
}

/** A thousandth of a picture is less than a pixel of what an engine sees; addresses stay short. */
function round(value: number): number {
  return Number(value.toFixed(3));
}
