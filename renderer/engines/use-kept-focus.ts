/** @file Keeps the focus on a card whose button has gone: a download ends, an engine takes over, and somebody was about to press a key. */
import { type FocusEvent, useLayoutEffect, useRef } from 'react';
import type { EngineInfo } from '../../core/api/library.ts';

/** Attribute by which a card is found again. */
export const engineAttribute = 'data-engine';

export function useKeptFocus(engines: readonly EngineInfo[]): { onFocus(event: FocusEvent): void } {
  const last = useRef<{ id: string; button: Element } | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is drawn depends on the engines
  useLayoutEffect(() => {
    const was = last.current;
    if (was === null || was.button.isConnected || document.activeElement !== document.body) return;
    document.querySelector<HTMLElement>(`[${engineAttribute}="${CSS.escape(was.id)}"]`)?.focus({ preventScroll: true });
  }, [engines]);

  return {
    onFocus: ({ target }) => {
      const id = target.closest(`[${engineAttribute}]`)?.getAttribute(engineAttribute);
      last.current = id ? { id, button: target } : null;
    },
  };
}
