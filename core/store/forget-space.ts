/** @file Deletes a space with everything that was computed for it. Its vectors may be gigabytes, so that takes many short transactions. */
import { setImmediate as breathe } from 'node:timers/promises';
import { storeErrors } from './failure.ts';
import type { Store } from './open.ts';
import { deleteValue } from './settings.ts';
import { prepared } from './statements.ts';

const rowsAtATime = 500;

/** Keys of the spaces that a model has had in this library: with other settings it is another space. */
export function spacesOfModel(store: Store, model: string): string[] {
  return prepared<string>(store, `SELECT key FROM spaces WHERE json_extract(description, '$.model') = ?`).pluck().all(model) as string[];
}

/**
 * The caller sees to it that nobody searches there and that its index is closed.
 * Answers the number that the space had. A library that is closed meanwhile keeps a part, to be deleted by the next call.
 */
export async function forgetSpace(store: Store, key: string): Promise<number | undefined> {
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
      deleteValue(store, `search.ordinary-words:${key}`);
    })(),
  );
  return spaceId;
}
