/** @file The focus stays on its picture when a newer answer to the same search has it at another place, and on its neighbour when it is gone. */
import { type RefObject, useLayoutEffect, useRef } from 'react';
import type { Flow } from './use-stacks.ts';

type Options = {
  readonly focus: number;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Set where the tile shall have the keyboard as soon as it is drawn. */
  readonly wantsFocus: RefObject<boolean>;
  move(focus: number): void;
};

export function useKeptFocus(flow: Flow, { focus, scroller, wantsFocus, move }: Options): void {
  const { key, outline, total } = flow;
  const before = useRef({ key, snapshot: outline.snapshot, id: '' });
  // Before the tile goes, in which case the browser gives the keyboard to nobody.
  const active = document.activeElement;
  const has = active?.closest('[data-tile]') != null && scroller.current?.contains(active) === true;
  useLayoutEffect(() => {
    const { key: lastKey, snapshot, id } = before.current;
    if (key === lastKey && snapshot !== outline.snapshot) {
      const found = id === '' ? -1 : flow.indexOf(id);
      const to = found >= 0 ? found : Math.min(focus, Math.max(0, total - 1));
      if (to !== focus) {
        if (has) wantsFocus.current = true;
        move(to);
      }
    }
    before.current = { key, snapshot: outline.snapshot, id: flow.at(focus)?.id ?? '' };
  });
}
