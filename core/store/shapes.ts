/**
 * @file What a wall has to know of every item before it can be laid out: which file of which key it is, its shape and its month. Columns,
 * since there may be a hundred thousand of them.
 */
import { aspectOf } from '../api/outline.ts';
import type { Filters } from '../api/query.ts';
import { type CatalogueStore, itemsPassing, type KeyKind } from './catalogue.ts';
import { prepared } from './statements.ts';

/** One entry an item, in no order. */
export type Shapes = {
  readonly keys: Float64Array;
  readonly fileIds: Float64Array;
  readonly pages: Uint32Array;
  /** See `aspectOf`. */
  readonly aspects: Uint16Array;
  /** When it was taken, else the file's own time, on the clock of its place: grows with time, see `monthOf`. */
  readonly taken: Float64Array;
};

type Row = [key: number, fileId: number, page: number, width: number, height: number, takenAt: string | null, mtime: number];

const daySeconds = 86_400;
const monthSeconds = 31 * daySeconds;

export function shapesPassing(store: CatalogueStore, spaceId: number, filters: Filters, kind: KeyKind): Shapes {
  const { column, source, values } = itemsPassing(spaceId, filters, kind);
  const rows = prepared<Row>(
    store,
    `SELECT ${column}, files.id, parts.page, contents.width, contents.height, contents.taken_at, files.mtime FROM ${source}`,
  )
    .raw()
    .all(...values) as Row[];
  const shapes = {
    keys: new Float64Array(rows.length),
    fileIds: new Float64Array(rows.length),
    pages: new Uint32Array(rows.length),
    aspects: new Uint16Array(rows.length),
    taken: new Float64Array(rows.length),
  };
  rows.forEach(([key, fileId, page, width, height, takenAt, mtime], at) => {
    shapes.keys[at] = key;
    shapes.fileIds[at] = fileId;
    shapes.pages[at] = page;
    shapes.aspects[at] = aspectOf(width, height);
    shapes.taken[at] = takenAt === null ? timeOfFile(mtime) : timeOfCamera(takenAt);
  });
  return shapes;
}

/** Year * 12 + month (from 0). */
export function monthOf(taken: number): number {
  return Math.floor(taken / monthSeconds);
}

/** Every key once, newest first, of equal times the larger key; a key with several items stands where its newest does. */
export function newestFirst({ keys, taken }: Pick<Shapes, 'keys' | 'taken'>): Float64Array {
  const newest = new Map<number, number>();
  keys.forEach((key, at) => {
    const time = taken[at] ?? 0;
    const known = newest.get(key);
    if (known === undefined || time > known) newest.set(key, time);
  });
  const once = Float64Array.from(newest.keys());
  const times = Float64Array.from(newest.values());
  const order = Uint32Array.from(once, (_, at) => at);
  order.sort((a, b) => (times[b] as number) - (times[a] as number) || (once[b] as number) - (once[a] as number));
  return Float64Array.from(order, (at) => once[at] as number);
}

/** Months are as long as the longest, so that nothing has to be looked up: `YYYY-MM-DDTHH:mm:ss`, read digit by digit. */
function timeOfCamera(text: string): number {
  const two = (at: number): number => 10 * text.charCodeAt(at) + text.charCodeAt(at + 1) - 11 * 48;
  const month = (100 * two(0) + two(2)) * 12 + two(5) - 1;
  return month * monthSeconds + (two(8) - 1) * daySeconds + two(11) * 3600 + two(14) * 60 + two(17);
}

/** On this machine's clock. */
function timeOfFile(ms: number): number {
  const date = new Date(ms);
  const month = date.getFullYear() * 12 + date.getMonth();
  const seconds = date.getHours() * 3600 + date.getMinutes() * 60 + date.getSeconds() + date.getMilliseconds() / 1000;
  return month * monthSeconds + (date.getDate() - 1) * daySeconds + seconds;
}
