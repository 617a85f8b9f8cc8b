/** @file Deletes a space with everything that was computed for it. Its vectors may be gigabytes, so that takes many short transactions. */
import { setImmediate as breathe } from 'node:timers/promises';
import { storeErrors } from './failure.ts';
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

const rowsAtATime = 500;

/**
 * `key`: of the space; `setting`: what is kept of its engine. The caller sees to it that nobody searches there and that its index is closed.
 * Answers the number that the space had. A library that is closed meanwhile keeps a part, to be deleted by the next call.
 */
export async function forgetSpace(store: Store, key: string, setting: string): Promise<number | undefined> {
  const spaceId = prepared<number>(store, 'SELECT id FROM spaces WHERE key = ?').pluck().get(key) as number | undefined;
  if (spaceId !== undefined) {
    // Without the manifest no segment claims rows that are gone.
    for (const table of ['segments', 'tombstones']) prepared(store, `DELETE FROM ${table} WHERE space_id = ?`).run(spaceId);
    for (const table of ['embeddings', 'spare_embeddings']) {
      const some = prepared(store, `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE space_id = ? LIMIT ?)`);
      while (store.db.open && storeErrors(store.directory, () => some.run(spaceId, rowsAtATime)).changes > 0) await breathe();
    }
    if (!store.db.open) return undefined;
  }
  storeErrors(store.directory, () =>
    store.db.transaction(() => {
      if (spaceId !== undefined) {
        // A file that came or went meanwhile may have moved a row from one table to the other.
        for (const table of ['embeddings', 'spare_embeddings']) prepared(store, `DELETE FROM ${table} WHERE space_id = ?`).run(spaceId);
        prepared(store, 'DELETE FROM spaces WHERE id = ?').run(spaceId);
      }
      prepared(store, 'DELETE FROM settings WHERE key IN (?, ?)').run(setting, `search.ordinary-words:${key}`);
    })(),
  );
  return spaceId;
}
