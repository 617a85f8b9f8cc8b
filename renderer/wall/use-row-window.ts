/**
 * @file Which rows are drawn: those on the screen and some around them. Says so again only when other rows are due. Of an answer that is new only what
 * is on the screen, until there is time: while somebody types, the rest would be drawn for nothing.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { type Layout, rowAtHeight } from './justified.ts';

/** Screens above and below that are drawn ahead. */
const around = 0.7;

export type RowWindow = { readonly from: number; readonly to: number };

/** Milliseconds that an answer stands before more of it is drawn. */
const rest = 200;

/** `answer` names what is laid out. */
export function useRowWindow(layout: Layout, scroller: RefObject<HTMLElement | null>, answer: string): RowWindow {
  const [rows, setRows] = useState<RowWindow>({ from: 0, to: 0 });
  const [rested, setRested] = useState('');
  const ahead = rested === answer ? around : 0;
  useEffect(() => {
    const timer = setTimeout(() => setRested(answer), rest);
    return () => clearTimeout(timer);
  }, [answer]);
  const measure = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const { scrollTop, clientHeight } = element;
    const from = rowAtHeight(layout, scrollTop - clientHeight * ahead);
    const to = Math.min(layout.count, rowAtHeight(layout, scrollTop + clientHeight * (1 + ahead)) + 1);
    setRows((before) => (before.from === from && before.to === to ? before : { from, to }));
  }, [layout, scroller, ahead]);

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
