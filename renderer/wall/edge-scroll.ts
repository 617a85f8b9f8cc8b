/** @file How fast a list scrolls by itself while something is dragged near its edge. Pure arithmetic. */

/** Pixels from an edge within which it scrolls. */
export const edge = 72;

/** Pixels a second at the edge and beyond it. */
const fastest = 1600;

/** How near the pointer may come to each edge before it scrolls. See `widened`. */
export type Zones = { readonly top: number; readonly bottom: number };

/** Pixels a second, up where negative; 0 away from the edges. It begins gently and grows with the square of the way into the zone. */
export function edgeSpeed(y: number, { top, bottom }: { top: number; bottom: number }, zones: Zones): number {
  return speedAt(bottom - y, zones.bottom) - speedAt(y - top, zones.top);
}

/**
 * Zones after the pointer was here. What is taken hold of near an edge does not run off at once: the zone begins beyond that place and is
 * whole again once the pointer has been away from the edge.
 */
export function widened(y: number, { top, bottom }: { top: number; bottom: number }, zones: Zones = { top: 0, bottom: 0 }): Zones {
  return { top: reach(y - top, zones.top), bottom: reach(bottom - y, zones.bottom) };
}

function reach(distance: number, zone: number): number {
  return Math.min(edge, Math.max(zone, distance));
}

function speedAt(distance: number, zone: number): number {
  if (distance >= zone) return 0;
  const share = Math.min(1, (zone - distance) / Math.max(1, zone));
  return fastest * share * share;
}
