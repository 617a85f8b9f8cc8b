/** @file Whether library.db is what it should be. */
import type { Database } from 'better-sqlite3';

/** What is wrong, in SQLite's words; empty when all is well. `thorough` also compares indexes and the word tables with their rows. */
export function findDamage(db: Database, thorough: boolean): string[] {
  if (thorough) return [...check(db, 'integrity_check(20)'), ...foreignKeys(db)];
  // By table, because the check of the whole also re-reads every word of the full-text tables: too slow for each start.
  const tables = db
    .prepare<[], { name: string }>(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`,
    )
    .all();
  return tables.flatMap(({ name }) => check(db, `quick_check('${name}')`)).slice(0, 20);
}

function check(db: Database, pragma: string): string[] {
  const rows = db.pragma(pragma) as Record<string, string>[];
  return rows.map((row) => Object.values(row)[0] ?? '').filter((text) => text !== 'ok');
}

function foreignKeys(db: Database): string[] {
  const rows = db.pragma('foreign_key_check') as { table: string; rowid: number; parent: string }[];
  return rows.slice(0, 20).map((row) => `row ${row.rowid} of ${row.table} points at a missing row of ${row.parent}`);
}
