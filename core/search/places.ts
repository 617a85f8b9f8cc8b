/**
 * @file The items of an answer in their order, each at a place of its own, so that any part of it can be shown without what is before.
 *
 * [Note: places] A snapshot ranks keys, and a key can be several items (see [Note: items]). Places are given once per snapshot and stay: an item that
 * goes later leaves a gap, one that comes later is in the next answer.
 */
import type { Outline } from '../api/outline.ts';
import type { Filters } from '../api/query.ts';
import type { KeyKind } from '../store/catalogue.ts';
import type { Store } from '../store/open.ts';
import { type Shapes, shapesPassing } from '../store/shapes.ts';
import type { Question } from './answer.ts';
import { complete, type Snapshot } from './snapshot.ts';
import { generationOf } from './space.ts';

export type Places = Omit<Shapes, 'keys'> & {
  /** Index of each item's entry in the snapshot. */
  readonly entries: Uint32Array;
};

/** Shapes without filters are the same for every answer while nothing changes. */
export function createShapeReader(store: Store): (spaceId: number, filters: Filters, kind: KeyKind) => Shapes {
  let kept: { readonly of: string; readonly shapes: Shapes } | undefined;
  return (spaceId, filters, kind) => {
    if (Object.keys(filters).length > 0) return shapesPassing(store, spaceId, filters, kind);
    const of = `${spaceId}/${kind}/${generationOf(store)}`;
    if (kept?.of !== of) kept = { of, shapes: shapesPassing(store, spaceId, {}, kind) };
    return kept.shapes;
  };
}

export function placesOf(snapshot: Snapshot, question: Question, read: ReturnType<typeof createShapeReader>): Places {
  complete(snapshot);
  const shapes = read(snapshot.spaceId, question.filters, snapshot.kind);
  const order = sortedByEntry(shapes, snapshot, question.group);
  return {
    entries: order.entries,
    fileIds: Float64Array.from(order.rows, (row) => shapes.fileIds[row] ?? 0),
    pages: Uint32Array.from(order.rows, (row) => shapes.pages[row] ?? 0),
    aspects: Uint16Array.from(order.rows, (row) => shapes.aspects[row] ?? 0),
    months: Int32Array.from(order.rows, (row) => shapes.months[row] ?? 0),
  };
}

/** Rows of the shapes in the order of the answer, of one entry in order of files; of a group only the first. */
function sortedByEntry(shapes: Shapes, { entries }: Snapshot, group: boolean): { rows: Uint32Array; entries: Uint32Array } {
  const entryOf = new Map(entries.map(({ key }, at) => [key, at]));
  const count = new Uint32Array(entries.length + 1);
  const entryAt = Int32Array.from(shapes.keys, (key) => entryOf.get(key) ?? -1);
  for (const entry of entryAt) if (entry >= 0) count[entry + 1] = group ? 1 : (count[entry + 1] ?? 0) + 1;
  for (let entry = 0; entry < entries.length; entry++) count[entry + 1] = (count[entry + 1] ?? 0) + (count[entry] ?? 0);
  const total = count[entries.length] ?? 0;
  const sorted = { rows: new Uint32Array(total), entries: new Uint32Array(total) };
  const filled = new Uint32Array(entries.length);
  const fileOf = (row: number | undefined): number => shapes.fileIds[row ?? -1] ?? 0;
  entryAt.forEach((entry, row) => {
    if (entry < 0) return;
    const first = count[entry] ?? 0;
    let at = first + (filled[entry] ?? 0);
    if (group && at > first) {
      if (fileOf(row) < fileOf(sorted.rows[first])) sorted.rows[first] = row;
      return;
    }
    for (; at > first && fileOf(sorted.rows[at - 1]) > fileOf(row); at--) sorted.rows[at] = sorted.rows[at - 1] ?? 0;
    sorted.rows[at] = row;
    sorted.entries[first + (filled[entry] ?? 0)] = entry;
    filled[entry] = (filled[entry] ?? 0) + 1;
  });
  return sorted;
}

export function outlineOf(snapshot: Snapshot, places: Places, order: Question['order']): Outline {
  const isDated = order === 'date' || snapshot.vector === undefined;
  return {
    snapshot: snapshot.id,
    aspects: [...places.aspects],
    cut: firstAt(places.entries, snapshot.above),
    months: isDated ? monthsOf(places, snapshot.above) : [],
  };
}

/** Where each month begins, anew below the line. An entry's copies are in the month of its newest, by which it was ordered. */
function monthsOf({ entries, months }: Places, above: number): Outline['months'] {
  const found: Outline['months'] = [];
  let last = Number.NaN;
  let wasAbove = true;
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at] ?? 0;
    let month = months[at] ?? 0;
    let end = at + 1;
    for (; entries[end] === entry; end++) month = Math.max(month, months[end] ?? 0);
    const isAbove = entry < above;
    if (month !== last || isAbove !== wasAbove) found.push({ month: nameOf(month), first: at });
    last = month;
    wasAbove = isAbove;
    at = end - 1;
  }
  return found;
}

function nameOf(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
}

/** Sorted: binary search. */
function firstAt(sorted: Uint32Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
