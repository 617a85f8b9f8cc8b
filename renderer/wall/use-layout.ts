/** @file The layout of the hits, which grows as they are loaded instead of being made anew. */
import { useMemo, useRef } from 'react';
import type { Hit } from '../../core/api/query.ts';
import { type Layout, layoutWall, type WallOptions, type WallRow } from './justified.ts';

export function useLayout(hits: readonly Hit[], { width, rowHeight, gap, cutAt, cutHeight }: WallOptions): readonly WallRow[] {
  const before = useRef<Layout>(undefined);
  return useMemo(() => {
    if (width === 0) return [];
    const options = { width, rowHeight, gap, cutAt, cutHeight };
    const rows = layoutWall(hits, options, before.current);
    before.current = { shapes: hits, options, rows };
    return rows;
  }, [hits, width, rowHeight, gap, cutAt, cutHeight]);
}
