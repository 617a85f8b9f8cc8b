/**
 * @file Zoom and pan as plain numbers. A view says how large a picture is drawn (1 = as it fits) and which of its points is in the middle, in
 * fractions of the picture, so that one view serves two pictures of different sizes. All lengths are CSS pixels.
 */
export type Size = { readonly width: number; readonly height: number };
export type Point = { readonly x: number; readonly y: number };
export type View = { readonly zoom: number; readonly x: number; readonly y: number };

/** What a view is seen through: the picture as it fits, the box around it, and the zoom at which one of its pixels is one of the screen. */
export type Frame = { readonly fitted: Size; readonly box: Size; readonly actual: number };

export const wholePicture: View = { zoom: 1, x: 0.5, y: 0.5 };
/** One press of a key or a button. */
export const zoomStep = 1.5;
/** Share of the box that an arrow key moves by. */
export const panStep = 0.15;
/** However small the picture, it can be looked at from close by; however large, its pixels can. */
const closest = 4;
const closestPixels = 8;

/** `pixelRatio`: screen pixels per CSS pixel. A picture is never enlarged to fit. */
export function frameOf(picture: Size, box: Size, pixelRatio: number): Frame {
  const scale = Math.min(1, box.width / picture.width, box.height / picture.height);
  return { fitted: { width: picture.width * scale, height: picture.height * scale }, box, actual: 1 / (scale * pixelRatio) };
}

export function zoomLimits({ actual }: Frame): { least: number; most: number } {
  return { least: Math.min(1, actual), most: Math.max(closest, actual * closestPixels) };
}

/** Zooms so that what is under `at` (from the middle of the box) stays there. */
export function zoomTo(view: View, zoom: number, frame: Frame, at: Point = { x: 0, y: 0 }): View {
  const { least, most } = zoomLimits(frame);
  const next = Math.min(most, Math.max(least, zoom));
  const { width, height } = frame.fitted;
  const shift = 1 / view.zoom - 1 / next;
  return within({ zoom: next, x: view.x + (at.x / width) * shift, y: view.y + (at.y / height) * shift }, frame);
}

/** Moves the picture by so many pixels, as a drag does. */
export function panBy(view: View, by: Point, frame: Frame): View {
  const { width, height } = frame.fitted;
  return within({ ...view, x: view.x - by.x / (width * view.zoom), y: view.y - by.y / (height * view.zoom) }, frame);
}

/** No edge of the picture is pulled into the box further than it must be; what is smaller than the box stays in its middle. */
export function within(view: View, { fitted, box }: Frame): View {
  return {
    zoom: view.zoom,
    x: withinSide(view.x, box.width / (fitted.width * view.zoom)),
    y: withinSide(view.y, box.height / (fitted.height * view.zoom)),
  };
}

function withinSide(middle: number, seen: number): number {
  return seen >= 1 ? 0.5 : Math.min(1 - seen / 2, Math.max(seen / 2, middle));
}

/** A zoom that differs by rounding alone is none. */
export function isZoomed(view: View): boolean {
  return view.zoom > 1.001;
}

/** Picture pixels per screen pixel, as people say it: 1 = 100 %. */
export function magnification(view: View, frame: Frame): number {
  return view.zoom / frame.actual;
}

/** CSS for a picture that lies fitted in the middle of its box. */
export function transformOf(view: View, { fitted }: Frame): string {
  const x = (0.5 - view.x) * fitted.width * view.zoom;
  const y = (0.5 - view.y) * fitted.height * view.zoom;
  return `translate(${x}px, ${y}px) scale(${view.zoom})`;
}

/** The double click: to the picture's own pixels there, or twice as large where it shows them already; and back. */
export function toggled(view: View, frame: Frame, at: Point): View {
  if (isZoomed(view)) return wholePicture;
  return zoomTo(view, frame.actual > 1.05 ? frame.actual : 2, frame, at);
}
