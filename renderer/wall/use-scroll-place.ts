/**
 * @file Where the wall is scrolled to, across its layouts: what was first on the screen stays first when the width changes, another search begins at
 * its top, and one that is gone back to is where it was left.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { type Layout, pictureAt, rowOf, topOf } from './justified.ts';
import { keepPosition, positionOf } from './positions.ts';

export type ScrollPlace = {
  /** Scrolls as little as shows the whole row of this picture. */
  reveal(index: number): void;
  revealRow(row: number): void;
  /** Puts the row of this picture at the top. */
  goTo(index: number): void;
};

type Options = {
  /** Names the search. */
  search: string;
  /** Whether it was gone back to. */
  isReturn(): boolean;
  focus: number;
  onReturn(focus: number): void;
};

export function useScrollPlace(scroller: RefObject<HTMLElement | null>, layout: Layout, options: Options): ScrollPlace {
  const { search, isReturn, focus, onReturn } = options;
  const laidOut = useRef(layout);
  const shown = useRef(search);
  // As soon as the wall is high enough: the width is known after the first render, and all of it when the outline has come.
  const pending = useRef(positionOf(search)?.top ?? null);
  const last = useRef({ top: 0, focus });
  last.current.focus = focus;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = (): void => {
      last.current.top = element.scrollTop;
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [scroller]);

  useLayoutEffect(() => {
    const element = scroller.current;
    const before = laidOut.current;
    laidOut.current = layout;
    if (!element) return;
    if (shown.current !== search) {
      shown.current = search;
      const kept = isReturn() ? positionOf(search) : undefined;
      pending.current = kept?.top ?? null;
      onReturn(kept?.focus ?? 0);
      element.scrollTop = kept?.top ?? 0;
    } else if (pending.current === null && before !== layout && before.count > 0 && before.options.width !== layout.options.width) {
      const anchor = pictureAt(before, last.current.top);
      if (anchor > 0) element.scrollTop = layout.tops[rowOf(layout, anchor)] ?? 0;
    }
  }, [layout, search, scroller, isReturn, onReturn]);

  // Until it is there: what can be scrolled may be less than what is laid out.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || pending.current === null || layout.count === 0) return;
    element.scrollTop = pending.current;
    if (Math.abs(element.scrollTop - pending.current) <= 1) pending.current = null;
  });

  // Scrolled by hand: where it was left does not matter any more.
  useEffect(() => {
    const element = scroller.current;
    const forget = (): void => {
      pending.current = null;
    };
    const gestures = ['wheel', 'pointerdown', 'keydown'] as const;
    for (const gesture of gestures) element?.addEventListener(gesture, forget, { passive: true });
    return () => {
      for (const gesture of gestures) element?.removeEventListener(gesture, forget);
    };
  }, [scroller]);

  // Left by another search or another page.
  useLayoutEffect(() => () => keepPosition(search, { ...last.current }), [search]);

  const goTo = useCallback(
    (index: number) => {
      pending.current = null;
      scroller.current?.scrollTo({ top: topOf(layout, index) });
    },
    [layout, scroller],
  );
  const revealRow = useCallback(
    (row: number) => {
      const element = scroller.current;
      if (!element) return;
      pending.current = null;
      const top = layout.tops[row] ?? 0;
      const bottom = top + (layout.heights[row] ?? 0);
      const { scrollTop, clientHeight } = element;
      if (top < scrollTop) element.scrollTop = top;
      else if (bottom > scrollTop + clientHeight) element.scrollTop = bottom - clientHeight + layout.options.gap * 2;
    },
    [layout, scroller],
  );
  const reveal = useCallback((index: number) => revealRow(rowOf(layout, index)), [layout, revealRow]);
  return { reveal, revealRow, goTo };
}
