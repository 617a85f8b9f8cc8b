/** @file The wall's layout: full rows, nothing moves when more is loaded, the cut line, and where keys lead. */
import { describe, expect, it } from 'vitest';
import { layoutWall, pictureAt, rowOf, type Shape, type WallOptions, type WallRow, walk } from '../../renderer/wall/justified.ts';

const options: WallOptions = { width: 1000, rowHeight: 200, gap: 4, cutAt: null, cutHeight: 40 };

/** The same shapes on every run: a small linear congruential generator. */
function shapes(count: number): Shape[] {
  let seed = 7;
  return Array.from({ length: count }, () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return { width: 400 + (seed % 1200), height: 300 + ((seed >> 8) % 1100) };
  });
}

function tileRows(rows: readonly WallRow[]) {
  return rows.filter((row) => row.kind === 'tiles');
}

describe('layoutWall', () => {
  it('fills the width exactly with every row but the last', () => {
    const rows = tileRows(layoutWall(shapes(300), options));
    for (const row of rows.slice(0, -1)) {
      const last = row.tiles.at(-1);
      expect((last?.left ?? 0) + (last?.width ?? 0)).toBe(options.width);
    }
  });

  it('keeps rows near the wanted height', () => {
    for (const row of tileRows(layoutWall(shapes(300), options))) {
      expect(row.height).toBeGreaterThan(options.rowHeight * 0.6);
      expect(row.height).toBeLessThan(options.rowHeight * 1.6);
    }
  });

  it('places every picture once, in order, with the gap between them', () => {
    const tiles = tileRows(layoutWall(shapes(300), options)).flatMap((row) => row.tiles);
    expect(tiles.map((tile) => tile.index)).toEqual(Array.from({ length: 300 }, (_, index) => index));
    for (const row of tileRows(layoutWall(shapes(300), options))) {
      for (const [at, tile] of row.tiles.slice(1).entries()) {
        const before = row.tiles[at];
        expect(tile.left).toBe((before?.left ?? 0) + (before?.width ?? 0) + options.gap);
      }
    }
  });

  it('does not move what is already placed when more is loaded', () => {
    const all = shapes(400);
    const before = layoutWall(all.slice(0, 200), options);
    const after = layoutWall(all, options);
    expect(after.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });

  it.each([
    [null, null],
    [17, 17],
    [200, 200],
    [null, 200],
    [null, 203],
    [null, 300],
    [0, 0],
  ])('is the same when it grows as when it is made at once (cut at %s, then %s)', (cutBefore, cutAfter) => {
    const all = shapes(400);
    const few = all.slice(0, 200);
    const options1 = { ...options, cutAt: cutBefore };
    const before = { shapes: few, options: options1, rows: layoutWall(few, options1) };
    const options2 = { ...options, cutAt: cutAfter };
    expect(layoutWall(all, options2, before)).toEqual(layoutWall(all, options2));
  });

  it('starts anew for other pictures, another width, or a cut line that moved', () => {
    const few = shapes(100);
    const before = { shapes: few, options, rows: layoutWall(few, options) };
    const others = shapes(120).reverse();
    expect(layoutWall(others, options, before)).toEqual(layoutWall(others, options));
    for (const other of [
      { ...options, width: 700 },
      { ...options, rowHeight: 120 },
      { ...options, cutAt: 30 },
    ]) {
      expect(layoutWall(few, other, before)).toEqual(layoutWall(few, other));
    }
  });

  it('puts the cut line between rows, before the first picture below it', () => {
    const rows = layoutWall(shapes(50), { ...options, cutAt: 17 });
    const at = rows.findIndex((row) => row.kind === 'cut');
    expect(rows[at]).toMatchObject({ kind: 'cut', index: 17, height: 40 });
    expect(tileRows(rows.slice(0, at)).flatMap((row) => row.tiles)).toHaveLength(17);
  });

  it('draws the line first when nothing lies above it', () => {
    expect(layoutWall(shapes(5), { ...options, cutAt: 0 })[0]).toMatchObject({ kind: 'cut', top: 0, index: 0 });
  });

  it('does not stretch a single picture over the whole width', () => {
    const [row] = tileRows(layoutWall([{ width: 400, height: 300 }], options));
    expect(row).toMatchObject({ height: 200, tiles: [{ left: 0, width: 267 }] });
  });

  it('crops panoramas, receipts and sizes that are not known', () => {
    const extreme = [
      { width: 9000, height: 100 },
      { width: 10, height: 9000 },
      { width: 0, height: 0 },
    ];
    const widths = tileRows(layoutWall(extreme, { ...options, width: 100_000 })).flatMap((row) => row.tiles.map((tile) => tile.width));
    expect(widths).toEqual([600, 100, 200]);
  });

  it('lays out a window narrower than any picture', () => {
    const rows = tileRows(layoutWall(shapes(10), { ...options, width: 60 }));
    expect(rows.flatMap((row) => row.tiles)).toHaveLength(10);
    for (const row of rows.slice(0, -1)) expect(row.tiles.reduce((end, tile) => Math.max(end, tile.left + tile.width), 0)).toBe(60);
  });

  it('has no row for no picture', () => {
    expect(layoutWall([], options)).toEqual([]);
  });
});

describe('walk', () => {
  const rows = layoutWall(shapes(60), { ...options, cutAt: 20 });

  it('finds the row of every picture, also across the cut line', () => {
    for (let index = 0; index < 60; index++) {
      const row = rows[rowOf(rows, index)];
      expect(row?.kind === 'tiles' && row.tiles.some((tile) => tile.index === index)).toBe(true);
    }
  });

  it('finds the first picture at any height', () => {
    for (const row of rows) {
      const first = row.kind === 'tiles' ? row.tiles[0]?.index : row.index;
      expect(pictureAt(rows, row.top)).toBe(first);
      expect(pictureAt(rows, row.top + row.height)).toBe(first);
    }
    expect(pictureAt([], 100)).toBe(0);
  });

  it('goes left and right by one and stops at the ends', () => {
    expect(walk(rows, 5, 'right', 600)).toBe(6);
    expect(walk(rows, 5, 'left', 600)).toBe(4);
    expect(walk(rows, 0, 'left', 600)).toBe(0);
    expect(walk(rows, 59, 'right', 600)).toBe(59);
  });

  it('goes down to the next row and steps over the cut line', () => {
    const above = rowOf(rows, 19);
    expect(rowOf(rows, walk(rows, 19, 'down', 600))).toBe(above + 2);
    expect(rowOf(rows, walk(rows, 20, 'up', 600))).toBe(above);
  });

  it('stays where there is no row above or below', () => {
    expect(walk(rows, 1, 'up', 600)).toBe(1);
    expect(walk(rows, 59, 'down', 600)).toBe(59);
  });

  it('goes a screen by page keys and to the ends by Home and End', () => {
    const from = rowOf(rows, 0);
    expect(rowOf(rows, walk(rows, 0, 'page-down', 700))).toBeGreaterThan(from + 2);
    expect(walk(rows, 30, 'home', 600)).toBe(0);
    expect(walk(rows, 30, 'end', 600)).toBe(59);
  });
});
