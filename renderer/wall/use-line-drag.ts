/**
 * @file Dragging the cut line, by mouse and by touch. Near the top or the bottom of the wall it scrolls by itself, and it follows whatever else
 * scrolls the wall meanwhile.
 */
import { type PointerEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { edgeSpeed, widened, type Zones } from './edge-scroll.ts';
import { type Layout, picturesOf, rowAtHeight } from './justified.ts';

/** How far the line was moved, in pixels of the wall, and the first picture below it there. */
export type LineDrag = { readonly by: number; readonly at: number };

type Held = { readonly scroller: Element; readonly startY: number; readonly startTop: number; y: number; zones: Zones };

/** A hand that only clicks shakes less than that. */
const shaking = 4;
/** A frame that came late does not make the wall jump. */
const longestFrame = 50;

/** `middle`: height of the line on the wall when nobody drags it. */
export function useLineDrag(layout: Layout, middle: number, onDrop: (at: number) => void) {
  const [drag, setDrag] = useState<LineDrag | null>(null);
  const held = useRef<Held | null>(null);
  const isDragging = drag !== null;

  const follow = (): void => {
    const { current } = held;
    if (!current) return;
    const { scroller, y, startY, startTop } = current;
    const wanted = middle + y - startY + scroller.scrollTop - startTop;
    const height = Math.min(layout.height, Math.max(0, wanted));
    setDrag({ by: height - middle, at: placeAtHeight(layout, height) });
  };
  const latest = useRef(follow);
  useLayoutEffect(() => {
    latest.current = follow;
  });

  useEffect(() => {
    const scroller = held.current?.scroller;
    if (!isDragging || !scroller) return;
    const onScroll = (): void => latest.current();
    scroller.addEventListener('scroll', onScroll, { passive: true });
    let before: number | undefined;
    /** Only whole pixels can be scrolled by: what is left counts for the next frame. */
    let owed = 0;
    const onFrame = (now: number): void => {
      frame = requestAnimationFrame(onFrame);
      const { current } = held;
      const elapsed = Math.min(longestFrame, now - (before ?? now));
      before = now;
      if (!current) return;
      const speed = edgeSpeed(current.y, scroller.getBoundingClientRect(), current.zones);
      owed = speed === 0 ? 0 : owed + (speed * elapsed) / 1000;
      const whole = Math.trunc(owed);
      if (whole === 0) return;
      owed -= whole;
      scroller.scrollTop += whole;
    };
    let frame = requestAnimationFrame(onFrame);
    return () => {
      cancelAnimationFrame(frame);
      scroller.removeEventListener('scroll', onScroll);
    };
  }, [isDragging]);

  const end = (): void => {
    held.current = null;
    setDrag(null);
  };
  return {
    drag,
    onPointerDown(event: PointerEvent<HTMLElement>): void {
      const scroller = event.currentTarget.closest('[data-scroller]');
      if (event.button !== 0 || !scroller) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      const zones = widened(event.clientY, scroller.getBoundingClientRect());
      held.current = { scroller, startY: event.clientY, startTop: scroller.scrollTop, y: event.clientY, zones };
      follow();
    },
    onPointerMove({ clientY }: PointerEvent<HTMLElement>): void {
      const { current } = held;
      if (!current) return;
      current.y = clientY;
      current.zones = widened(clientY, current.scroller.getBoundingClientRect(), current.zones);
      follow();
    },
    onPointerUp(): void {
      end();
      if (drag && Math.abs(drag.by) > shaking) onDrop(drag.at);
    },
    onPointerCancel: end,
  };
}

/** The first picture of the row that a line at this height would stand above. */
function placeAtHeight(layout: Layout, height: number): number {
  const row = rowAtHeight(layout, height);
  const [from, to] = picturesOf(layout, row);
  const middle = (layout.tops[row] ?? 0) + (layout.heights[row] ?? 0) / 2;
  return height > middle ? to : from;
}
