/** @file What kind of fact a filter is, so that its chip can show it. */
import type { Filters } from '../../core/api/query.ts';

export type FactKind = 'date' | 'type' | 'folder' | 'camera' | 'size' | 'shape' | 'people' | 'rating' | 'place' | 'starred' | 'collection';

const kinds: Record<keyof Filters, FactKind> = {
  from: 'date',
  to: 'date',
  types: 'type',
  folder: 'folder',
  camera: 'camera',
  minSide: 'size',
  orientation: 'shape',
  people: 'people',
  minRating: 'rating',
  hasPlace: 'place',
  starred: 'starred',
  collection: 'collection',
};

/** Null for several kinds at once, or none. */
export function factKind(filters: Filters): FactKind | null {
  const found = new Set((Object.keys(kinds) as (keyof Filters)[]).filter((key) => filters[key] !== undefined).map((key) => kinds[key]));
  const [only] = found;
  return only !== undefined && found.size === 1 ? only : null;
}
