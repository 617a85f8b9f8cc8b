/** @file The frame around a part of a picture stays inside of it, whatever is done to it. */
import { describe, expect, it } from 'vitest';
import { crop } from '../../../core/api/query.ts';
import {
  coverOf,
  drawn,
  handles,
  isWhole,
  moved,
  movedByKey,
  resized,
  sizedByKey,
  smallestSide,
  wholePicture,
} from '../../../renderer/box/crop-frame.ts';

const frame = { x: 0.2, y: 0.3, width: 0.4, height: 0.2 };

describe('the frame', () => {
  it('is drawn between two corners in any direction', () => {
    expect(drawn({ x: 0.6, y: 0.5 }, { x: 0.2, y: 0.3 })).toEqual(frame);
    expect(drawn({ x: 0.2, y: 0.5 }, { x: 0.6, y: 0.3 })).toEqual(frame);
  });

  it('ends at the edge of the picture when it is drawn past it', () => {
    expect(drawn({ x: 0.5, y: 0.5 }, { x: 3, y: -1 })).toEqual({ x: 0.5, y: 0, width: 0.5, height: 0.5 });
  });

  it('is never too small to be held', () => {
    expect(drawn({ x: 1, y: 1 }, { x: 1, y: 1 })).toEqual({ x: 0.95, y: 0.95, width: smallestSide, height: smallestSide });
    expect(resized(frame, { x: 1, y: 1 }, { x: -1, y: -1 })).toEqual({ ...frame, width: smallestSide, height: smallestSide });
    expect(resized(frame, { x: -1, y: -1 }, { x: 1, y: 1 })).toEqual({ x: 0.55, y: 0.45, width: smallestSide, height: smallestSide });
  });

  it('keeps its size when it is moved against the edge', () => {
    expect(moved(frame, { x: 1, y: -1 })).toEqual({ x: 0.6, y: 0, width: 0.4, height: 0.2 });
  });

  it('follows a handle with its edges only', () => {
    expect(resized(frame, { x: -1, y: 0 }, { x: -0.1, y: 0.5 })).toEqual({ ...frame, x: 0.1, width: 0.5 });
    expect(resized(frame, { x: 0, y: 1 }, { x: 0.5, y: 0.1 })).toEqual({ ...frame, height: 0.3 });
  });

  it('moves and grows by keys', () => {
    expect(movedByKey(frame, 'ArrowRight')).toEqual({ ...frame, x: 0.22 });
    expect(sizedByKey(frame, 'ArrowUp')).toEqual({ ...frame, height: 0.18 });
  });

  it('shrinks to the middle when the whole picture would be moved', () => {
    expect(movedByKey(wholePicture, 'ArrowLeft')).toEqual({ x: 0.2, y: 0.2, width: 0.6, height: 0.6 });
  });

  it('is always one that may be searched with', () => {
    let now = frame;
    // A walk that reaches every edge, with steps that do not fit into thousandths.
    for (let at = 0; at < 500; at++) {
      const by = { x: Math.sin(at * 1.7) / 3, y: Math.cos(at * 2.3) / 3 };
      const handle = handles[at % handles.length] ?? { x: 1, y: 1 };
      now = at % 3 === 0 ? moved(now, by) : at % 3 === 1 ? resized(now, handle, by) : drawn({ x: now.x, y: now.y }, by);
      expect(crop.safeParse(now).success, JSON.stringify(now)).toBe(true);
    }
  });

  it('tells the whole picture from a part', () => {
    expect(isWhole(wholePicture)).toBe(true);
    expect(isWhole({ ...wholePicture, width: 0.98 })).toBe(false);
    expect(isWhole({ ...wholePicture, y: 0.02, height: 0.98 })).toBe(false);
  });
});

describe('a part in a square window', () => {
  const size = { width: 400, height: 200 };

  it('shows the middle of a whole picture', () => {
    expect(coverOf(wholePicture, size)).toEqual({ x: -0.5, y: 0, width: 2, height: 1 });
  });

  it('fills the window with the part', () => {
    // 100 x 100 pixels at (200, 50).
    expect(coverOf({ x: 0.5, y: 0.25, width: 0.25, height: 0.5 }, size)).toEqual({ x: -2, y: -0.5, width: 4, height: 2 });
  });
});
