/** @file Gives the focus back to where it was before a dialog, at the moment it closes. */
import { useLayoutEffect } from 'react';

/** A menu goes in the same moment as the dialog comes, and the focus is nowhere then. */
let lastFocused: EventTarget | null = null;
document.addEventListener('focusin', ({ target }) => {
  lastFocused = target;
});

/**
 * In layout effects, so that it is sure on a busy machine too: the opener is noted before the dialog can take the focus, and has it back
 * before the next key is read. One that has gone meanwhile is not looked for.
 */
export function useReturnedFocus(opened: boolean): void {
  useLayoutEffect(() => {
    if (!opened) return;
    const { activeElement, body } = document;
    const opener = openerOf(activeElement === body ? lastFocused : activeElement);
    return () => {
      if (opener?.isConnected) opener.focus({ preventScroll: true });
    };
  }, [opened]);
}

/** Of an item of a menu it is the button that opened the menu, which is still there when the dialog closes. */
function openerOf(element: EventTarget | null): HTMLElement | null {
  if (!(element instanceof HTMLElement)) return null;
  const button = element.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  return button ? document.getElementById(button) : element;
}
