/** @file How many rows each table has. */
import type { Store } from '../../core/store/open.ts';

const tables = ['files', 'contents', 'parts', 'embeddings', 'spare_embeddings', 'file_words', 'file_grams'] as const;

export function rowCounts(store: Store): Record<(typeof tables)[number], number> {
  const counts = tables.map((table) => [table, store.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()]);
  return Object.fromEntries(counts) as Record<(typeof tables)[number], number>;
}
