/**
 * @file The wall's layout: pictures in rows of equal height that fill the width, and thin rows for the cut line and for months. Greedy on purpose:
 * rows depend only on what stands before them. Columns instead of objects, since a hundred thousand pictures are laid out at once.
 */

export type Tile = { index: number; left: number; width: number };

export type TileRow = { kind: 'tiles'; top: number; height: number; index: number; tiles: readonly Tile[] };
/** The cut line (what follows is mostly chance), or the name of a month. `index` is the first picture below it. */
export type BreakRow<Kind extends 'cut' | 'month'> = { kind: Kind; top: number; height: number; index: number };
export type WallRow = TileRow | BreakRow<'cut'> | BreakRow<'month'>;

/** A thin row before the picture at `index`. */
export type Break = { readonly kind: 'cut' | 'month'; readonly index: number; readonly height: number };

export type WallOptions = {
  readonly width: number;
  /** What rows come near to. */
  readonly rowHeight: number;
  readonly gap: number;
  /** In the order of their pictures. */
  readonly breaks: readonly Break[];
};

export type Layout = {
  readonly options: WallOptions;
  /** Width per height of each picture, in hundredths. */
  readonly aspects: ArrayLike<number>;
  readonly count: number;
  readonly height: number;
  readonly tops: Float64Array;
  readonly heights: Uint32Array;
  /** First picture of each row. */
  readonly firsts: Uint32Array;
  /** What a row is: 0 tiles, 1 the cut line, 2 a month. */
  readonly kinds: Uint8Array;
};

const kindNames = ['tiles', 'cut', 'month'] as const;

/** Extreme shapes are cropped: a panorama shall not take a whole row, a receipt shall not become a hair. */
const narrowest = 0.5;
const widest = 3;

export function layoutWall(aspects: ArrayLike<number>, options: WallOptions): Layout {
  const { width, rowHeight, gap, breaks } = options;
  const most = aspects.length + breaks.length;
  const tops = new Float64Array(most);
  const heights = new Uint32Array(most);
  const firsts = new Uint32Array(most);
  const kinds = new Uint8Array(most);
  let count = 0;
  let top = 0;
  const push = (kind: number, height: number, index: number): void => {
    tops[count] = top;
    heights[count] = height;
    firsts[count] = index;
    kinds[count] = kind;
    count += 1;
    top += height + gap;
  };
  const fitting = (sum: number, tiles: number): number => Math.max(1, Math.round((width - gap * (tiles - 1)) / sum));

  let first = 0;
  let sum = 0;
  let nextBreak = 0;
  const close = (end: number, height: number): void => {
    if (end > first) push(0, height, first);
    first = end;
    sum = 0;
  };
  for (let index = 0; index < aspects.length; index++) {
    for (let found = breaks[nextBreak]; found && found.index <= index; found = breaks[nextBreak]) {
      close(index, rowHeight);
      push(kindNames.indexOf(found.kind), found.height, index);
      nextBreak += 1;
    }
    const aspect = shown(aspects[index]);
    const withIt = fitting(sum + aspect, index - first + 1);
    if (withIt > rowHeight) {
      sum += aspect;
      continue;
    }
    // The row is full with this picture or was fuller without it: take what lies nearer to the wanted height.
    const without = index > first ? fitting(sum, index - first) : Number.POSITIVE_INFINITY;
    if (without / rowHeight < rowHeight / withIt) {
      close(index, without);
      sum = aspect;
    } else {
      close(index + 1, withIt);
    }
  }
  close(aspects.length, rowHeight);
  // A line below everything is drawn too: it can be moved back up.
  const last = breaks[nextBreak];
  if (last?.index === aspects.length && aspects.length > 0) push(kindNames.indexOf(last.kind), last.height, last.index);
  return {
    options,
    aspects,
    count,
    height: Math.max(0, top - gap),
    tops: tops.slice(0, count),
    heights: heights.slice(0, count),
    firsts: firsts.slice(0, count),
    kinds: kinds.slice(0, count),
  };
}

/** Pictures of a row: from the first up to but without the second. */
export function picturesOf(layout: Layout, row: number): readonly [from: number, to: number] {
  const from = layout.firsts[row] ?? 0;
  return [from, layout.kinds[row] === 0 ? (layout.firsts[row + 1] ?? layout.aspects.length) : from];
}

/** Rows that are remembered. */
const keptRows = 400;

/** `rowAt` that gives the same row again as long as it is drawn, so that what shows it knows that nothing has changed. */
export function rowReader(layout: Layout): (row: number) => WallRow | undefined {
  const kept = new Map<number, WallRow>();
  return (row) => {
    const found = kept.get(row) ?? rowAt(layout, row);
    if (found === undefined) return undefined;
    if (kept.size >= keptRows && !kept.has(row)) kept.clear();
    kept.set(row, found);
    return found;
  };
}

/** One row, with its tiles placed: whole pixels, and what rounding leaves goes to the last picture of a full row. */
export function rowAt(layout: Layout, row: number): WallRow | undefined {
  const kind = kindNames[layout.kinds[row] ?? -1];
  if (kind === undefined || row < 0 || row >= layout.count) return undefined;
  const [index, end] = picturesOf(layout, row);
  const place = { top: layout.tops[row] ?? 0, height: layout.heights[row] ?? 0, index };
  if (kind !== 'tiles') return { kind, ...place };
  const { width: fill, gap, rowHeight } = layout.options;
  const isLast = end === layout.aspects.length || layout.kinds[row + 1] !== 0;
  const tiles: Tile[] = [];
  let left = 0;
  for (let at = index; at < end; at++) {
    const natural = Math.round(shown(layout.aspects[at]) * place.height);
    const isFull = !isLast || place.height !== rowHeight || left + natural > fill;
    const width = at === end - 1 && isFull ? Math.max(1, fill - left) : natural;
    tiles.push({ index: at, left, width });
    left += width + gap;
  }
  return { kind, ...place, tiles };
}

function shown(aspect: number | undefined): number {
  return Math.min(widest, Math.max(narrowest, (aspect ?? 100) / 100));
}

/** Row that holds this picture. */
export function rowOf(layout: Layout, index: number): number {
  let row = lastAt(layout.firsts, layout.count, index);
  while (row > 0 && layout.kinds[row] !== 0) row -= 1;
  return row;
}

/** Top of a picture's row, or of what stands above it as its heading. */
export function topOf(layout: Layout, index: number): number {
  let row = rowOf(layout, index);
  while (row > 0 && layout.firsts[row - 1] === index && layout.firsts[row] === index) row -= 1;
  return layout.tops[row] ?? 0;
}

/** The row of the cut line; -1 where there is none. */
export function cutRowOf(layout: Layout): number {
  return layout.kinds.indexOf(kindNames.indexOf('cut'));
}

/** The row at this height of the wall, or the one above the gap there. */
export function rowAtHeight(layout: Layout, offset: number): number {
  return lastAt(layout.tops, layout.count, offset);
}

/** The first picture of the row at this height of the wall. */
export function pictureAt(layout: Layout, offset: number): number {
  return layout.firsts[rowAtHeight(layout, offset)] ?? 0;
}

/** The last of the sorted values that is not beyond the limit, by binary search; 0 where all are. */
function lastAt(values: ArrayLike<number>, count: number, limit: number): number {
  let low = 0;
  let high = Math.max(0, count - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
