/**
 * @file In which order a picture's features stand in the sequence: the squashed tile's, then the canvas as one map without its margins,
 * an end of line after every row.
 * Reference: `pack_image_features` and `unpad_image` of transformers' modeling_llava_next.py, versions 4.41.2 and 5.23.0.
 */
import { bestCanvas, type Size } from '../../pixels/canvas.ts';
import type { AnyresConfig } from './anyres-config.ts';
import type { View } from './reading.ts';

type Map2d = { readonly columns: number; readonly rows: number };
/** `from` is part of it, `to` is not. */
type Range = { readonly from: number; readonly to: number };

/**
 * For every place the row of the features `[tiles * (patches * patches + 1)]`: a tile's last row is the end of a line. `size`: of the upright
 * picture in pixels.
 *
 * [Note: swapped grids] transformers before 4.44 took the grid's rows for columns: the tiles are laid side by side in the wrong shape, and the
 * margins are cut off as if that were right. E5-V was measured so; squares are not touched by it, wide pictures lose most of their tokens.
 */
export function packing(
  size: Size,
  { canvases, side, patches }: Pick<AnyresConfig, 'canvases' | 'side' | 'patches'>,
  { compat, tiles }: View,
): Int32Array {
  const newline = patches * patches;
  const perTile = newline + 1;
  if (tiles === 'base') return Int32Array.from({ length: newline }, (_, i) => i);

  const canvas = bestCanvas(size, canvases);
  const grid = { columns: canvas.width / side, rows: canvas.height / side };
  const shape = compat === '4.41' ? { columns: grid.rows, rows: grid.columns } : grid;
  const { x, y } = withoutMargins(size, { columns: shape.columns * patches, rows: shape.rows * patches }, compat);

  const order = new Int32Array(newline + (y.to - y.from) * (x.to - x.from + 1));
  for (let i = 0; i < newline; i++) order[i] = i;
  let at = newline;
  for (let row = y.from; row < y.to; row++) {
    const firstTile = Math.trunc(row / patches) * shape.columns + 1; // tile 0 is the squashed one
    const inTile = (row % patches) * patches;
    for (let column = x.from; column < x.to; column++) {
      order[at++] = (firstTile + Math.trunc(column / patches)) * perTile + inTile + (column % patches);
    }
    order[at++] = newline;
  }
  return order;
}

/** The part of the map that shows the picture; half a feature more than that on both sides may stay. */
function withoutMargins({ width, height }: Size, { columns, rows }: Map2d, compat: View['compat']): { x: Range; y: Range } {
  const all = { x: { from: 0, to: columns }, y: { from: 0, to: rows } };
  // Since 4.48 a number like 23.999999999999996 counts as 24.
  const whole = (value: number): number => Math.trunc(compat === '4.41' ? value : Number(value.toFixed(7)));
  const middle = (length: number, shown: number): Range => {
    const margin = Math.floor((length - shown) / 2);
    return { from: margin, to: length - margin };
  };
  if (width / height > columns / rows) return { ...all, y: middle(rows, whole(height * (columns / width))) };
  return { ...all, x: middle(columns, whole(width * (rows / height))) };
}
