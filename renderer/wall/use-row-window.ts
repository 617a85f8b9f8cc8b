/**
 * @file Which rows are drawn: those on the screen and some around them. Says so again only when other rows are due. Of an answer that is new, and
 * of a place that was jumped to, only what is on the screen, until there is time: the rest would be drawn for nothing by who types or drags on.
 */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { type Layout, rowAtHeight } from './justified.ts';

/** Screens above and below that are drawn ahead. */
const around = 0.7;

export type RowWindow = { readonly from: number; readonly to: number };

/** Screens at once that are a jump. */
const far = 0.5;
/** Milliseconds after which there is time to draw ahead. */
const rest = 200;

/** `answer` names what is laid out. */
export function useRowWindow(layout: Layout, scroller: RefObject<HTMLElement | null>, answer: string): RowWindow {
  const [rows, setRows] = useState<RowWindow>({ from: 0, to: 0 });
  const ahead = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const measure = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, clientHeight } = element;
    const from = rowAtHeight(layout, scrollTop - clientHeight * ahead.current);
    const to = Math.min(layout.count, rowAtHeight(layout, scrollTop + clientHeight * (1 + ahead.current)) + 1);
    setRows((before) => (before.from === from && before.to === to ? before : { from, to }));
  }, [layout, scroller]);
  const latest = useRef(measure);
  latest.current = measure;

  const narrow = useCallback(() => {
    ahead.current = 0;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      ahead.current = around;
      latest.current();
    }, rest);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: by each answer anew
  useLayoutEffect(() => {
    narrow();
    return () => clearTimeout(timer.current);
  }, [narrow, answer]);
  useLayoutEffect(measure, [measure]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let top = element.scrollTop;
    const onScroll = (): void => {
      if (Math.abs(element.scrollTop - top) > element.clientHeight * far) narrow();
      top = element.scrollTop;
      latest.current();
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    const observer = new ResizeObserver(() => latest.current());
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, [scroller, narrow]);
  return rows;
}
