/** @file What a wall is laid out by: the outline of a whole answer, or of what one page holds, until the other is there. */
import { aspectOf, type Outline, unpackAspects } from '../../core/api/outline.ts';
import type { SearchPage } from '../../core/api/query.ts';

/** An outline with its shapes as numbers: width per height in hundredths. */
export type WallOutline = Omit<Outline, 'aspects'> & { readonly aspects: ArrayLike<number> };

export function readOutline(outline: Outline): WallOutline {
  return { ...outline, aspects: unpackAspects(outline.aspects) };
}

export function outlineOfPage({ hits, snapshot }: SearchPage, isDated: boolean): WallOutline {
  const firstBelow = hits.findIndex((hit) => !hit.aboveCut);
  const months: Outline['months'] = [];
  if (isDated) {
    hits.forEach(({ takenAt, aboveCut }, first) => {
      const month = takenAt.slice(0, 7);
      if (month !== months.at(-1)?.month || aboveCut !== hits[first - 1]?.aboveCut) months.push({ month, first });
    });
  }
  return {
    snapshot,
    aspects: hits.map(({ width, height }) => aspectOf(width, height)),
    cut: firstBelow === -1 ? hits.length : firstBelow,
    months,
  };
}
