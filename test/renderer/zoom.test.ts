/** @file Zoom and pan: what is under the pointer stays there, and no picture is lost out of its box. */
import { describe, expect, it } from 'vitest';
import {
  type Frame,
  frameOf,
  isZoomed,
  magnification,
  type Point,
  panBy,
  toggled,
  transformOf,
  type View,
  wholePicture,
  zoomLimits,
  zoomTo,
} from '../../renderer/viewer/zoom.ts';

const box = { width: 1000, height: 800 };
const large = frameOf({ width: 4000, height: 2000 }, box, 1);
const small = frameOf({ width: 300, height: 200 }, box, 2);

/** Which point of the picture, in fractions, is drawn at a point of the box. */
function pointAt(view: View, frame: Frame, at: Point): Point {
  return { x: view.x + at.x / (frame.fitted.width * view.zoom), y: view.y + at.y / (frame.fitted.height * view.zoom) };
}

describe('a picture in its box', () => {
  it('fits as a whole, and is never enlarged for that', () => {
    expect(large.fitted).toEqual({ width: 1000, height: 500 });
    expect(small.fitted).toEqual({ width: 300, height: 200 });
  });

  it('knows where one of its pixels is one of the screen', () => {
    expect(large.actual).toBe(4);
    expect(magnification({ ...wholePicture, zoom: 4 }, large)).toBe(1);
    expect(small.actual).toBe(0.5);
    expect(magnification(wholePicture, small)).toBe(2);
  });
});

describe('zooming', () => {
  it('keeps what is under the pointer there', () => {
    const at = { x: 120, y: -60 };
    const near = zoomTo(wholePicture, 3, large, at);
    const nearer = zoomTo(near, 7, large, at);
    expect(pointAt(near, large, at).x).toBeCloseTo(pointAt(wholePicture, large, at).x, 10);
    expect(pointAt(nearer, large, at).x).toBeCloseTo(pointAt(near, large, at).x, 10);
    expect(pointAt(nearer, large, at).y).toBeCloseTo(pointAt(near, large, at).y, 10);
  });

  it('comes back to the whole picture', () => {
    expect(zoomTo(zoomTo(wholePicture, 5, large, { x: 400, y: 200 }), 1, large, { x: -300, y: 0 })).toEqual(wholePicture);
  });

  it('ends at eight screen pixels a pixel, and at no less than the whole or its own pixels', () => {
    expect(zoomTo(wholePicture, 1000, large).zoom).toBe(32);
    expect(zoomTo(wholePicture, 0.01, large).zoom).toBe(1);
    expect(zoomLimits(small)).toEqual({ least: 0.5, most: 4 });
  });

  it('goes to the pixels by a double click and back by another', () => {
    const at = { x: 100, y: 50 };
    const near = toggled(wholePicture, large, at);
    expect(near.zoom).toBe(4);
    expect(pointAt(near, large, at).x).toBeCloseTo(pointAt(wholePicture, large, at).x, 10);
    expect(toggled(near, large, at)).toEqual(wholePicture);
    expect(toggled(wholePicture, small, at).zoom).toBe(2);
  });
});

describe('moving', () => {
  it('follows the hand', () => {
    const near = zoomTo(wholePicture, 4, large);
    const moved = panBy(near, { x: 200, y: -100 }, large);
    expect(pointAt(moved, large, { x: 200, y: -100 }).x).toBeCloseTo(0.5, 10);
    expect(pointAt(moved, large, { x: 200, y: -100 }).y).toBeCloseTo(0.5, 10);
  });

  it('stops at the edges', () => {
    const near = zoomTo(wholePicture, 4, large);
    const corner = panBy(near, { x: 1e6, y: 1e6 }, large);
    expect(pointAt(corner, large, { x: -500, y: -400 }).x).toBeCloseTo(0, 10);
    expect(pointAt(corner, large, { x: -500, y: -400 }).y).toBeCloseTo(0, 10);
    const other = panBy(near, { x: -1e6, y: -1e6 }, large);
    expect(pointAt(other, large, { x: 500, y: 400 }).y).toBeCloseTo(1, 10);
  });

  it('does nothing to a side that is smaller than the box', () => {
    expect(panBy(wholePicture, { x: 300, y: 300 }, large)).toEqual(wholePicture);
    const wide = panBy(zoomTo(wholePicture, 1.5, large), { x: 300, y: 300 }, large);
    expect(wide.y).toBe(0.5);
    expect(wide.x).toBeLessThan(0.5);
  });
});

it('calls nothing zoomed that differs by rounding alone', () => {
  expect(isZoomed({ ...wholePicture, zoom: 1 + 1e-9 })).toBe(false);
  expect(isZoomed({ ...wholePicture, zoom: 1.2 })).toBe(true);
});

it('draws the point in the middle of the view in the middle of the box', () => {
  expect(transformOf({ zoom: 2, x: 0.25, y: 0.5 }, large)).toBe('translate(500px, 0px) scale(2)');
});
