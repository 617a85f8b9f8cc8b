/** @file Prepared statements, made once per connection and SQL text. */
import type { Database, Statement } from 'better-sqlite3';

const caches = new WeakMap<Database, Map<string, Statement>>();

/** `Row` is what the statement returns; nothing checks it, so keep the SQL and the type side by side. */
export function prepared<Row = unknown>(store: { readonly db: Database }, sql: string): Statement<unknown[], Row> {
  let cache = caches.get(store.db);
  if (!cache) {
    cache = new Map();
    caches.set(store.db, cache);
  }
  let statement = cache.get(sql);
  if (!statement) {
    statement = store.db.prepare(sql);
    cache.set(sql, statement);
  }
  return statement as Statement<unknown[], Row>;
}

/** Changes with every write to the library, by this process or another. */
export function writesOf(store: { readonly db: Database }): string {
  const here = prepared<number>(store, 'SELECT total_changes()').pluck().get();
  const elsewhere = prepared<number>(store, 'PRAGMA data_version').pluck().get();
  return `${here}/${elsewhere}`;
}
