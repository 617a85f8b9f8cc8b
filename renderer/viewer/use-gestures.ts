/** @file Wheel, drag, pinch, double click and swipe over a picture. */
import { type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';
import type { Zoom } from './use-zoom.ts';
import { isZoomed, type Point, panBy, toggled, type View, zoomTo } from './zoom.ts';

/** Of the wheel; a pinch on a touchpad comes as a wheel with Control and in smaller steps. */
const wheelSpeed = 0.002;
const pinchSpeed = 0.01;
const lineHeight = 16;
/** A finger must go this far, and more across than down, to mean another picture. */
const swipeLength = 56;

type Swipe = (to: 'next' | 'previous') => void;

type Handlers = {
  onPointerDown(event: PointerEvent<HTMLElement>): void;
  onPointerMove(event: PointerEvent<HTMLElement>): void;
  onPointerUp(event: PointerEvent<HTMLElement>): void;
  onPointerCancel(event: PointerEvent<HTMLElement>): void;
  onDoubleClick(event: MouseEvent<HTMLElement>): void;
};

export function useGestures(element: HTMLElement | null, { view, change }: Pick<Zoom, 'view' | 'change'>, swipe?: Swipe): Handlers {
  const pointers = useRef(new Map<number, Point>());
  const start = useRef<{ at: Point; alone: boolean } | null>(null);
  const latest = useRef(change);
  latest.current = change;

  // React's own wheel listener is passive: it could not keep the page from being zoomed.
  useEffect(() => {
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * lineHeight;
      const factor = Math.exp(-pixels * (event.ctrlKey ? pinchSpeed : wheelSpeed));
      const at = fromMiddle(element, event);
      latest.current((now, frame) => zoomTo(now, now.zoom * factor, frame, at));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [element]);

  const end = (event: PointerEvent<HTMLElement>): Point | undefined => {
    const last = pointers.current.get(event.pointerId);
    pointers.current.delete(event.pointerId);
    return last;
  };

  return {
    onPointerDown(event) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const at = fromMiddle(event.currentTarget, event);
      pointers.current.set(event.pointerId, at);
      start.current = pointers.current.size === 1 ? { at, alone: true } : start.current && { ...start.current, alone: false };
    },
    onPointerMove(event) {
      const before = pointers.current.get(event.pointerId);
      if (!before) return;
      const at = fromMiddle(event.currentTarget, event);
      const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
      pointers.current.set(event.pointerId, at);
      change((now, frame) =>
        other ? pinched(now, frame, { before, at, other }) : panBy(now, { x: at.x - before.x, y: at.y - before.y }, frame),
      );
    },
    onPointerUp(event) {
      const last = end(event);
      const began = start.current;
      if (!last || !began?.alone || !swipe || event.pointerType === 'mouse' || isZoomed(view)) return;
      const [x, y] = [last.x - began.at.x, last.y - began.at.y];
      if (Math.abs(x) >= swipeLength && Math.abs(x) > 1.5 * Math.abs(y)) swipe(x < 0 ? 'next' : 'previous');
    },
    onPointerCancel: end,
    onDoubleClick(event) {
      const at = fromMiddle(event.currentTarget, event);
      change((now, frame) => toggled(now, frame, at));
    },
  };
}

type Fingers = { before: Point; at: Point; other: Point };

/** One finger of two has moved: what was under the point between them stays under it. */
function pinched(view: View, frame: Parameters<typeof zoomTo>[2], { before, at, other }: Fingers): View {
  const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
  const between = (a: Point, b: Point): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const [from, to] = [between(before, other), between(at, other)];
  const factor = distance(at, other) / Math.max(1, distance(before, other));
  return panBy(zoomTo(view, view.zoom * factor, frame, from), { x: to.x - from.x, y: to.y - from.y }, frame);
}

function fromMiddle(element: HTMLElement, { clientX, clientY }: { clientX: number; clientY: number }): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
}
