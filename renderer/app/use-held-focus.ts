/**
 * @file The focus is never nobody's: where what had it is gone (a dialog's opener that left meanwhile, a link that led to another page), the page has it,
 * so that the next Tab goes on there and a reader of screens is not sent to the top.
 */
import { type RefObject, useEffect } from 'react';

export function useHeldFocus(page: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    let last: EventTarget | null = null;
    let frame = 0;
    const isLost = (): boolean => document.activeElement === document.body && last instanceof Element && !last.isConnected;
    const onFocusIn = ({ target }: FocusEvent): void => {
      last = target;
    };
    // Whoever knows better where it belongs says so within a frame: a dialog that opens, the box that is about to come.
    const hold = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(() => isLost() && page.current?.focus({ preventScroll: true }));
      });
    };
    const changes = new MutationObserver(() => isLost() && hold());
    changes.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', onFocusIn);
    return () => {
      changes.disconnect();
      cancelAnimationFrame(frame);
      document.removeEventListener('focusin', onFocusIn);
    };
  }, [page]);
}
