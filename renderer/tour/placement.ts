/** @file Where a card stands that speaks of something on the page: beside it, never over it, and whole within the window. All in CSS pixels. */

export type Size = { readonly width: number; readonly height: number };
export type Box = Size & { readonly left: number; readonly top: number };
export type Spot = { readonly left: number; readonly top: number };

/** Between the card and what it speaks of, and between the card and the window's edge. */
const gap = 12;

/** Below, above, right or left of the target, the first side with room; null where no side has any. */
export function besideOf(target: Box, card: Size, window: Size): Spot | null {
  const centred = {
    left: clamp(target.left + target.width / 2 - card.width / 2, window.width - card.width),
    top: clamp(target.top + target.height / 2 - card.height / 2, window.height - card.height),
  };
  const sides: readonly Spot[] = [
    { left: centred.left, top: target.top + target.height + gap },
    { left: centred.left, top: target.top - gap - card.height },
    { left: target.left + target.width + gap, top: centred.top },
    { left: target.left - gap - card.width, top: centred.top },
  ];
  return sides.find((spot) => isWithin(spot, card, window)) ?? null;
}

function clamp(value: number, most: number): number {
  return Math.max(gap, Math.min(value, most - gap));
}

function isWithin({ left, top }: Spot, card: Size, window: Size): boolean {
  return left >= gap && top >= gap && left + card.width <= window.width - gap && top + card.height <= window.height - gap;
}
