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
  /** Year * 12 + month (from 0) when it was taken, else of the file's own time. */
  readonly months: Int32Array;
};

type Row = [key: number, fileId: number, page: number, width: number, height: number, month: string | null, mtime: number];

export function shapesPassing(store: CatalogueStore, spaceId: number, filters: Filters, kind: KeyKind): Shapes {
  const { column, source, values } = itemsPassing(spaceId, filters, kind);
  const rows = prepared<Row>(
    store,
    `SELECT ${column}, files.id, parts.page, contents.width, contents.height, substr(contents.taken_at, 1, 7), files.mtime FROM ${source}`,
  )
    .raw()
    .all(...values) as Row[];
  const shapes = {
    keys: new Float64Array(rows.length),
    fileIds: new Float64Array(rows.length),
    pages: new Uint32Array(rows.length),
    aspects: new Uint16Array(rows.length),
    months: new Int32Array(rows.length),
  };
  rows.forEach(([key, fileId, page, width, height, month, mtime], at) => {
    shapes.keys[at] = key;
    shapes.fileIds[at] = fileId;
    shapes.pages[at] = page;
    shapes.aspects[at] = aspectOf(width, height);
    shapes.months[at] = month === null ? monthOfTime(mtime) : Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;
  });
  return shapes;
}

/** On this machine's clock. */
function monthOfTime(ms: number): number {
  const date = new Date(ms);
  return date.getFullYear() * 12 + date.getMonth();
}
