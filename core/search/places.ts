/**
 * @file The items of an answer in their order, each at a place of its own, so that any part of it can be shown without what is before.
 *
 * [Note: places] A snapshot ranks keys, and a key can be several items (see [Note: items]). Places are given once per snapshot and stay: an item that
 * goes later leaves a gap, one that comes later is in the next answer.
 */
import { type Outline, packAspects } from '../api/outline.ts';
import { monthOf, type Shapes } from '../store/shapes.ts';
import type { Question } from './answer.ts';
import { KeyTable } from './key-table.ts';
import { complete, type Snapshot } from './snapshot.ts';

export type Places = Omit<Shapes, 'keys'> & {
  /** Index of each item's entry in the snapshot. */
  readonly entries: Uint32Array;
};

/** `shapes` are those of everything that passes the question's filters, and perhaps more. */
export function placesOf(snapshot: Snapshot, shapes: Shapes, group: boolean): Places {
  complete(snapshot);
  const { rows, entries } = sortedByEntry(shapes, snapshot, group);
  const count = rows.length;
  const places = {
    entries,
    fileIds: new Float64Array(count),
    pages: new Uint32Array(count),
    aspects: new Uint16Array(count),
    taken: new Float64Array(count),
  };
  for (let at = 0; at < count; at++) {
    const row = rows[at] as number;
    places.fileIds[at] = shapes.fileIds[row] as number;
    places.pages[at] = shapes.pages[row] as number;
    places.aspects[at] = shapes.aspects[row] as number;
    places.taken[at] = shapes.taken[row] as number;
  }
  return places;
}

/** Rows of the shapes in the order of the answer, of one entry in order of files; of a group only the first. */
function sortedByEntry(shapes: Shapes, snapshot: Snapshot, group: boolean): { rows: Uint32Array; entries: Uint32Array } {
  const keys = new Float64Array(snapshot.entries.length);
  snapshot.entries.forEach(({ key }, at) => {
    keys[at] = key;
  });
  const table = new KeyTable(keys);
  const entryAt = new Int32Array(shapes.keys.length);
  /** Where the rows of each entry begin. */
  const first = new Uint32Array(keys.length + 1);
  for (let row = 0; row < entryAt.length; row++) {
    const entry = table.placeOf(shapes.keys[row] as number);
    entryAt[row] = entry;
    if (entry >= 0) first[entry + 1] = group ? 1 : (first[entry + 1] as number) + 1;
  }
  for (let entry = 0; entry < keys.length; entry++) first[entry + 1] = (first[entry + 1] as number) + (first[entry] as number);
  const total = first[keys.length] as number;
  const sorted = { rows: new Uint32Array(total), entries: new Uint32Array(total) };
  const filled = new Uint32Array(keys.length);
  const fileOf = (row: number): number => shapes.fileIds[row] as number;
  for (let row = 0; row < entryAt.length; row++) {
    const entry = entryAt[row] as number;
    if (entry < 0) continue;
    const start = first[entry] as number;
    const end = start + (filled[entry] as number);
    if (group && end > start) {
      if (fileOf(row) < fileOf(sorted.rows[start] as number)) sorted.rows[start] = row;
      continue;
    }
    let at = end;
    for (; at > start && fileOf(sorted.rows[at - 1] as number) > fileOf(row); at--) sorted.rows[at] = sorted.rows[at - 1] as number;
    sorted.rows[at] = row;
    sorted.entries[end] = entry;
    filled[entry] = (filled[entry] as number) + 1;
  }
  return sorted;
}

export function outlineOf(snapshot: Snapshot, places: Places, order: Question['order']): Outline {
  const isDated = order === 'date' || snapshot.vector === undefined;
  return {
    snapshot: snapshot.id,
    aspects: packAspects(places.aspects),
    cut: firstAt(places.entries, snapshot.above),
    months: isDated ? monthsOf(places, snapshot.above) : [],
  };
}

/** Where each month begins, anew below the line. An entry's copies are in the month of its newest, by which it was ordered. */
function monthsOf({ entries, taken }: Places, above: number): Outline['months'] {
  const found: Outline['months'] = [];
  let last = Number.NaN;
  let wasAbove = true;
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at] ?? 0;
    let newest = taken[at] ?? 0;
    let end = at + 1;
    for (; entries[end] === entry; end++) newest = Math.max(newest, taken[end] ?? 0);
    const month = monthOf(newest);
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
