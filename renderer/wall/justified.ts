/**
 * @file The wall's layout: pictures in rows of equal height that fill the width, and one thin row for the cut line.
 * Greedy on purpose: rows depend only on what stands before them, so loading more never moves what is already seen.
 */

export type Shape = { width: number; height: number };

export type Tile = { index: number; left: number; width: number };

export type TileRow = { kind: 'tiles'; top: number; height: number; tiles: readonly Tile[] };
/** The cut line: what follows is mostly chance. `index` is the first picture below it. */
export type CutRow = { kind: 'cut'; top: number; height: number; index: number };
export type WallRow = TileRow | CutRow;

export type WallOptions = {
  width: number;
  /** What rows come near to. */
  rowHeight: number;
  gap: number;
  /** Index of the first picture below the cut, or null for none. */
  cutAt: number | null;
  cutHeight: number;
};

/** Extreme shapes are cropped: a panorama shall not take a whole row, a receipt shall not become a hair. */
const narrowest = 0.5;
const widest = 3;

/** A layout and what it is of, so that more pictures of the same wall can be added to it. */
export type Layout = { shapes: readonly Shape[]; options: WallOptions; rows: readonly WallRow[] };

export function layoutWall(shapes: readonly Shape[], options: WallOptions, before?: Layout): WallRow[] {
  const { rows, start } = keptRows(shapes, options, before);
  const lastKept = rows.at(-1);
  let top = lastKept ? lastKept.top + lastKept.height + options.gap : 0;
  const push = (row: TileRow | CutRow): void => {
    rows.push(row);
    top += row.height + options.gap;
  };
  let first = start;
  let aspects: number[] = [];

  const close = (full: boolean): void => {
    if (aspects.length === 0) return;
    const height = full ? fittingHeight(aspects, options) : options.rowHeight;
    push({ kind: 'tiles', top, height, tiles: placeTiles(first, aspects, height, full ? options.width : null, options.gap) });
    first += aspects.length;
    aspects = [];
  };

  for (let index = start; index < shapes.length; index++) {
    if (index === options.cutAt && lastKept?.kind !== 'cut') {
      close(false);
      push({ kind: 'cut', top, height: options.cutHeight, index });
    }
    const shape = shapes[index];
    aspects.push(aspectOf(shape));
    if (fittingHeight(aspects, options) > options.rowHeight) continue;
    // The row is full with this picture or was fuller without it: take what lies nearer to the wanted height.
    const last = aspects.pop();
    const without = aspects.length > 0 ? fittingHeight(aspects, options) : Number.POSITIVE_INFINITY;
    if (last === undefined) continue;
    const withIt = fittingHeight([...aspects, last], options);
    if (without / options.rowHeight < options.rowHeight / withIt) {
      close(true);
      aspects.push(last);
    } else {
      aspects.push(last);
      close(true);
    }
  }
  close(false);
  return rows;
}

/** What stays of an earlier layout: all but its last row, which may not have been full, where the new wall begins with the same pictures. */
function keptRows(shapes: readonly Shape[], options: WallOptions, before: Layout | undefined): { rows: WallRow[]; start: number } {
  const last = before?.rows.at(-1);
  if (!before || last?.kind !== 'tiles' || !continues(before, shapes, options)) return { rows: [], start: 0 };
  return { rows: before.rows.slice(0, -1), start: last.tiles[0]?.index ?? 0 };
}

function continues(before: Layout, shapes: readonly Shape[], options: WallOptions): boolean {
  const count = before.shapes.length;
  const { cutAt } = before.options;
  const isSameCut = cutAt === options.cutAt || (cutAt === null && options.cutAt !== null && options.cutAt >= count);
  const { width, rowHeight, gap, cutHeight } = before.options;
  const isSameWall = width === options.width && rowHeight === options.rowHeight && gap === options.gap && cutHeight === options.cutHeight;
  // Pages come whole, so the ends tell: results that were asked anew are new objects.
  return isSameCut && isSameWall && shapes[0] === before.shapes[0] && shapes[count - 1] === before.shapes[count - 1];
}

/** Height at which these pictures fill the width exactly. */
function fittingHeight(aspects: readonly number[], { width, gap }: WallOptions): number {
  let sum = 0;
  for (const aspect of aspects) sum += aspect;
  return Math.max(1, Math.round((width - gap * (aspects.length - 1)) / sum));
}

/** Whole pixels; what rounding leaves goes to the last picture of a full row. */
function placeTiles(first: number, aspects: readonly number[], height: number, fill: number | null, gap: number): Tile[] {
  let left = 0;
  return aspects.map((aspect, at) => {
    const isLast = at === aspects.length - 1;
    const width = isLast && fill !== null ? Math.max(1, fill - left) : Math.round(aspect * height);
    const tile = { index: first + at, left, width };
    left += width + gap;
    return tile;
  });
}

function aspectOf(shape: Shape | undefined): number {
  if (!shape || shape.width <= 0 || shape.height <= 0) return 1;
  return Math.min(widest, Math.max(narrowest, shape.width / shape.height));
}

/** Row that holds this picture, by binary search. */
export function rowOf(rows: readonly WallRow[], index: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lastIndex(rows, middle) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first picture of the row at this height of the wall. */
export function pictureAt(rows: readonly WallRow[], offset: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rows[middle]?.top ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const row = rows[low];
  return row?.kind === 'tiles' ? (row.tiles[0]?.index ?? 0) : (row?.index ?? 0);
}

function lastIndex(rows: readonly WallRow[], at: number): number {
  const row = rows[at];
  if (!row) return -1;
  return row.kind === 'cut' ? row.index - 1 : (row.tiles.at(-1)?.index ?? -1);
}

export type Step = 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'page-up' | 'page-down';

/** Where a key leads from a picture. Up and down go to what lies nearest above or below its middle. */
export function walk(rows: readonly WallRow[], from: number, step: Step, pageHeight: number): number {
  const lastRow = rows.at(-1);
  const last = lastRow?.kind === 'tiles' ? (lastRow.tiles.at(-1)?.index ?? 0) : 0;
  if (step === 'left') return Math.max(0, from - 1);
  if (step === 'right') return Math.min(last, from + 1);
  if (step === 'home') return 0;
  if (step === 'end') return last;
  const at = rowOf(rows, from);
  const middle = middleOf(rows[at], from);
  const direction = step === 'up' || step === 'page-up' ? -1 : 1;
  const far = step === 'page-up' || step === 'page-down';
  const start = rows[at]?.top ?? 0;
  let target: TileRow | undefined;
  for (let next = at + direction; next >= 0 && next < rows.length; next += direction) {
    const row = rows[next];
    if (row?.kind !== 'tiles') continue;
    target = row;
    if (!far || Math.abs(row.top - start) >= pageHeight - row.height) break;
  }
  return target ? nearest(target, middle) : from;
}

function middleOf(row: WallRow | undefined, index: number): number {
  if (row?.kind !== 'tiles') return 0;
  const tile = row.tiles.find((candidate) => candidate.index === index);
  return tile ? tile.left + tile.width / 2 : 0;
}

function nearest(row: TileRow, middle: number): number {
  let best = row.tiles[0];
  const distance = (tile: Tile) => Math.max(tile.left - middle, middle - tile.left - tile.width, 0);
  for (const tile of row.tiles) if (best && distance(tile) < distance(best)) best = tile;
  return best?.index ?? 0;
}
