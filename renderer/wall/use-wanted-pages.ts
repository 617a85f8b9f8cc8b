/** @file Sees to it that the hits of what is on the screen are loaded: at once while one reads, after a moment of rest in a fling. */
import { type RefObject, useEffect, useRef } from 'react';
import { type Layout, picturesOf } from './justified.ts';
import type { SearchResults } from './use-answer.ts';
import type { RowWindow } from './use-row-window.ts';

/** Faster than so many screens a second nobody looks at the pictures. */
const flingScreens = 6;
const rest = 90;

export function useWantedPages(
  scroller: RefObject<HTMLElement | null>,
  layout: Layout,
  rows: RowWindow,
  { want }: Pick<SearchResults, 'want'>,
): void {
  const before = useRef({ top: 0, at: 0 });
  useEffect(() => {
    const element = scroller.current;
    if (!element || layout.count === 0) return;
    const now = performance.now();
    const { scrollTop: top, clientHeight } = element;
    const speed = Math.abs(top - before.current.top) / Math.max(1, now - before.current.at);
    before.current = { top, at: now };
    const from = picturesOf(layout, rows.from)[0];
    const to = picturesOf(layout, Math.max(rows.from, rows.to - 1))[1];
    if (speed * 1000 < flingScreens * clientHeight) return want(from, to);
    const timer = setTimeout(() => want(from, to), rest);
    return () => clearTimeout(timer);
  }, [scroller, layout, rows, want]);
}
