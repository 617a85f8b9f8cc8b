/** @file The outline of what one page holds: all of a short answer, and the beginning of a long one until its own outline is there. */
import { aspectOf, type Outline } from '../../core/api/outline.ts';
import type { SearchPage } from '../../core/api/query.ts';

export function outlineOfPage({ hits, snapshot }: SearchPage, isDated: boolean): Outline {
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
