/**
 * @file What lies over the page: screens of their own, dialogs above them, the palette above all. The upper one is drawn above, and Escape is its alone:
 * each closing by itself would close them all at once.
 */
import { useEffect, useId, useLayoutEffect, useRef } from 'react';

/** From below to above. */
const kinds = ['viewer', 'comparison', 'dialog', 'palette'] as const;

export type LayerKind = (typeof kinds)[number];

/** Where Mantine's own begin; menus and notices lie above all of them. */
const lowest = 200;

type Layer = { readonly id: string; readonly kind: LayerKind; close(): void };

/** The last opened of its kind is last. */
let layers: readonly Layer[] = [];

/** Takes part in the order while it is open. Answers where it is drawn. */
export function useLayer(kind: LayerKind, opened: boolean, onClose: () => void): number {
  const id = useId();
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useLayoutEffect(() => {
    if (!opened) return;
    const layer: Layer = { id, kind, close: () => close.current() };
    layers = [...layers, layer].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
    return () => {
      layers = layers.filter((other) => other !== layer);
    };
  }, [id, kind, opened]);
  return lowest + 10 * kinds.indexOf(kind);
}

/** Before anything in the layer hears it: what closes by itself would leave Escape to the next one. A menu has it for itself. */
function onKeyDown(event: KeyboardEvent): void {
  if (event.key !== 'Escape' || event.isComposing) return;
  if (event.target instanceof Element && event.target.getAttribute('data-mantine-stop-propagation') === 'true') return;
  layers.at(-1)?.close();
}

window.addEventListener('keydown', onKeyDown, { capture: true });
