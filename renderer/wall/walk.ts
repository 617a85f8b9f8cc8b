/** @file Where a key leads from a picture: by geometry, since rows have as many pictures as fit. */
import { type Layout, rowAt, rowOf, type Tile, type TileRow } from './justified.ts';

export type Step = 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'page-up' | 'page-down';

export const steps: Readonly<Record<string, Step>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
  Home: 'home',
  End: 'end',
  PageUp: 'page-up',
  PageDown: 'page-down',
};

/** Up and down go to what lies nearest above or below the middle of the picture. */
export function walk(layout: Layout, from: number, step: Step, pageHeight: number): number {
  const last = Math.max(0, layout.aspects.length - 1);
  if (step === 'left') return Math.max(0, from - 1);
  if (step === 'right') return Math.min(last, from + 1);
  if (step === 'home') return 0;
  if (step === 'end') return last;
  const at = rowOf(layout, from);
  const row = rowAt(layout, at);
  const tile = row?.kind === 'tiles' ? row.tiles.find(({ index }) => index === from) : undefined;
  if (!row || !tile) return from;
  const direction = step === 'up' || step === 'page-up' ? -1 : 1;
  const isFar = step === 'page-up' || step === 'page-down';
  let target: TileRow | undefined;
  for (let next = at + direction; next >= 0 && next < layout.count; next += direction) {
    const other = rowAt(layout, next);
    if (other?.kind !== 'tiles') continue;
    target = other;
    if (!isFar || Math.abs(other.top - row.top) >= pageHeight - other.height) break;
  }
  return target ? nearest(target, tile.left + tile.width / 2) : from;
}

function nearest(row: TileRow, middle: number): number {
  let best = row.tiles[0];
  const distance = (tile: Tile) => Math.max(tile.left - middle, middle - tile.left - tile.width, 0);
  for (const tile of row.tiles) if (best && distance(tile) < distance(best)) best = tile;
  return best?.index ?? 0;
}
