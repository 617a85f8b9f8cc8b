/** @file The wall's layout: full rows, nothing moves when more is known, the cut line and months, and where keys lead. */
import { describe, expect, it } from 'vitest';
import {
  type Layout,
  layoutWall,
  pictureAt,
  picturesOf,
  rowAt,
  rowOf,
  rowReader,
  type TileRow,
  type WallOptions,
} from '../../renderer/wall/justified.ts';
import { walk } from '../../renderer/wall/walk.ts';

const options: WallOptions = { width: 1000, rowHeight: 200, gap: 4, breaks: [] };

/** The same shapes on every run: a small linear congruential generator. */
function shapes(count: number): number[] {
  let seed = 7;
  return Array.from({ length: count }, () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.round((100 * (400 + (seed % 1200))) / (300 + ((seed >> 8) % 1100)));
  });
}

function allRows(layout: Layout) {
  return Array.from({ length: layout.count }, (_, at) => rowAt(layout, at)).filter((row) => row !== undefined);
}

function tileRows(layout: Layout): TileRow[] {
  return allRows(layout).filter((row) => row.kind === 'tiles');
}

const cutAt = (index: number): WallOptions => ({ ...options, breaks: [{ kind: 'cut', index, height: 40 }] });

describe('rowReader', () => {
  it('gives the same row again, so that it is not drawn again', () => {
    const layout = layoutWall(shapes(5000), options);
    const read = rowReader(layout);
    const row = read(7);
    expect(row).toEqual(rowAt(layout, 7));
    expect(read(7)).toBe(row);
    expect(read(layout.count)).toBeUndefined();
    for (let at = 0; at < layout.count; at++) expect(read(at)).toEqual(rowAt(layout, at));
  });
});

describe('layoutWall', () => {
  it('fills the width exactly with every row but the last', () => {
    for (const row of tileRows(layoutWall(shapes(300), options)).slice(0, -1)) {
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
    const rows = tileRows(layoutWall(shapes(300), options));
    expect(rows.flatMap((row) => row.tiles).map((tile) => tile.index)).toEqual(Array.from({ length: 300 }, (_, index) => index));
    for (const row of rows) {
      for (const [at, tile] of row.tiles.slice(1).entries()) {
        const before = row.tiles[at];
        expect(tile.left).toBe((before?.left ?? 0) + (before?.width ?? 0) + options.gap);
      }
    }
  });

  it('puts rows below each other with the gap between them, and is as high as they are', () => {
    const layout = layoutWall(shapes(300), cutAt(40));
    let top = 0;
    for (const row of allRows(layout)) {
      expect(row.top).toBe(top);
      top += row.height + options.gap;
    }
    expect(layout.height).toBe(top - options.gap);
  });

  it.each([200, 203, 399])('does not move what stands before when all of the answer is known (first %i)', (known) => {
    const all = shapes(400);
    const before = allRows(layoutWall(all.slice(0, known), options));
    expect(allRows(layoutWall(all, options)).slice(0, before.length - 1)).toEqual(before.slice(0, -1));
  });

  it('puts the cut line between rows, before the first picture below it', () => {
    const rows = allRows(layoutWall(shapes(50), cutAt(17)));
    const at = rows.findIndex((row) => row.kind === 'cut');
    expect(rows[at]).toMatchObject({ kind: 'cut', index: 17, height: 40 });
    expect(rows.slice(0, at).flatMap((row) => (row.kind === 'tiles' ? row.tiles : []))).toHaveLength(17);
  });

  it('draws the line first when nothing lies above it, last when nothing lies below', () => {
    expect(rowAt(layoutWall(shapes(5), cutAt(0)), 0)).toMatchObject({ kind: 'cut', top: 0, index: 0 });
    expect(allRows(layoutWall(shapes(5), cutAt(5))).at(-1)).toMatchObject({ kind: 'cut', index: 5 });
    expect(allRows(layoutWall(shapes(5), cutAt(6))).every((row) => row.kind === 'tiles')).toBe(true);
  });

  it('begins months on rows of their own, below the line where both stand at one picture', () => {
    const breaks = [
      { kind: 'month', index: 0, height: 30 },
      { kind: 'cut', index: 20, height: 40 },
      { kind: 'month', index: 20, height: 30 },
    ] as const;
    const rows = allRows(layoutWall(shapes(40), { ...options, breaks }));
    const kinds = rows.map(({ kind, index }) => `${kind} ${index}`).filter((text) => !text.startsWith('tiles'));
    expect(kinds).toEqual(['month 0', 'cut 20', 'month 20']);
    expect(rows.flatMap((row) => (row.kind === 'tiles' ? row.tiles : []))).toHaveLength(40);
  });

  it('does not stretch a single picture over the whole width', () => {
    expect(rowAt(layoutWall([133], options), 0)).toMatchObject({ height: 200, tiles: [{ left: 0, width: 266 }] });
  });

  it('crops panoramas, receipts and sizes that are not known', () => {
    const widths = tileRows(layoutWall([9000, 1, 100], { ...options, width: 100_000 })).flatMap((row) =>
      row.tiles.map((tile) => tile.width),
    );
    expect(widths).toEqual([600, 100, 200]);
  });

  it('lays out a window narrower than any picture', () => {
    const rows = tileRows(layoutWall(shapes(10), { ...options, width: 60 }));
    expect(rows.flatMap((row) => row.tiles)).toHaveLength(10);
    for (const row of rows.slice(0, -1)) expect(row.tiles.reduce((end, tile) => Math.max(end, tile.left + tile.width), 0)).toBe(60);
  });

  it('has no row for no picture', () => {
    expect(layoutWall([], options)).toMatchObject({ count: 0, height: 0 });
    expect(rowAt(layoutWall([], options), 0)).toBeUndefined();
  });
});

describe('walk', () => {
  const layout = layoutWall(shapes(60), cutAt(20));

  it('finds the row of every picture, also across the cut line', () => {
    for (let index = 0; index < 60; index++) {
      const row = rowAt(layout, rowOf(layout, index));
      expect(row?.kind === 'tiles' && row.tiles.some((tile) => tile.index === index)).toBe(true);
      const [from, to] = picturesOf(layout, rowOf(layout, index));
      expect(index >= from && index < to).toBe(true);
    }
  });

  it('finds the first picture at any height', () => {
    for (const row of allRows(layout)) {
      expect(pictureAt(layout, row.top)).toBe(row.index);
      expect(pictureAt(layout, row.top + row.height)).toBe(row.index);
    }
    expect(pictureAt(layoutWall([], options), 100)).toBe(0);
  });

  it('goes left and right by one and stops at the ends', () => {
    expect(walk(layout, 5, 'right', 600)).toBe(6);
    expect(walk(layout, 5, 'left', 600)).toBe(4);
    expect(walk(layout, 0, 'left', 600)).toBe(0);
    expect(walk(layout, 59, 'right', 600)).toBe(59);
  });

  it('goes down to the next row and steps over the cut line', () => {
    const above = rowOf(layout, 19);
    expect(rowOf(layout, walk(layout, 19, 'down', 600))).toBe(above + 2);
    expect(rowOf(layout, walk(layout, 20, 'up', 600))).toBe(above);
  });

  it('stays where there is no row above or below', () => {
    expect(walk(layout, 1, 'up', 600)).toBe(1);
    expect(walk(layout, 59, 'down', 600)).toBe(59);
  });

  it('goes a screen by page keys and to the ends by Home and End', () => {
    expect(rowOf(layout, walk(layout, 0, 'page-down', 700))).toBeGreaterThan(rowOf(layout, 0) + 2);
    expect(walk(layout, 30, 'home', 600)).toBe(0);
    expect(walk(layout, 30, 'end', 600)).toBe(59);
  });
});
