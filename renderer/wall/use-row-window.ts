/** @file Which rows are drawn: those on the screen and some around them. Says so again only when other rows are due. */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from 'react';
import { type Layout, rowAtHeight } from './justified.ts';

/** Screens above and below that are drawn ahead. */
const around = 0.7;

export type RowWindow = { readonly from: number; readonly to: number };

export function useRowWindow(layout: Layout, scroller: RefObject<HTMLElement | null>): RowWindow {
  const [rows, setRows] = useState<RowWindow>({ from: 0, to: 0 });
  const measure = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, clientHeight } = element;
    const from = rowAtHeight(layout, scrollTop - clientHeight * around);
    const to = Math.min(layout.count, rowAtHeight(layout, scrollTop + clientHeight * (1 + around)) + 1);
    setRows((before) => (before.from === from && before.to === to ? before : { from, to }));
  }, [layout, scroller]);

  useLayoutEffect(measure, [measure]);
  const latest = useRef(measure);
  latest.current = measure;
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onChange = (): void => latest.current();
    element.addEventListener('scroll', onChange, { passive: true });
    const observer = new ResizeObserver(onChange);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', onChange);
      observer.disconnect();
    };
  }, [scroller]);
  return rows;
}
