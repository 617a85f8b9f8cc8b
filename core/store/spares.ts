/**
 * @file Keeps what was computed for contents that no file has at the moment.
 *
 * [Note: spare contents] A rename may reach us as a deletion now and a new file later, so the end of a file is not the end of its
 * content. When the last file goes, the vectors move from `embeddings` to `spare_embeddings`: they are in no index and in no answer.
 * When the same bytes turn up again they move back under new keys. What stayed spare for 30 days is deleted (see `housekeeping`).
 * What the user excluded or removed on purpose is deleted at once.
 */
import { decodeFloat16 } from '../vectors/float16.ts';
import { deleteEmbeddings, type EmbeddingKey } from './embeddings.ts';
import type { Store } from './open.ts';
import { prepared } from './statements.ts';

export type Returned = EmbeddingKey & { readonly vector: Float32Array };

/** If no file has this content any more, puts it aside. Returns the keys that the indexes have to forget. Call within a transaction. */
export function releaseContent(store: Store, contentId: number, now: number): EmbeddingKey[] {
  if (isUsed(store, contentId)) return [];
  prepared(store, 'UPDATE contents SET unused_since = ? WHERE id = ?').run(now, contentId);
  return partsOf(store, contentId).flatMap((partId) => {
    prepared(
      store,
      `INSERT OR REPLACE INTO spare_embeddings (part_id, space_id, vector, pass, words)
       SELECT part_id, space_id, vector, pass, words FROM embeddings WHERE part_id = ?`,
    ).run(partId);
    return deleteEmbeddings(store, partId);
  });
}

/** Takes the content into use again. Returns the vectors, of whatever space, that the indexes have to learn. Call within a transaction. */
export function reclaimContent(store: Store, contentId: number): Returned[] {
  prepared(store, 'UPDATE contents SET unused_since = NULL WHERE id = ? AND unused_since IS NOT NULL').run(contentId);
  return partsOf(store, contentId).flatMap((partId) => {
    const rows = prepared<{ key: number; spaceId: number; vector: Buffer }>(
      store,
      `INSERT INTO embeddings (part_id, space_id, vector, pass, words)
       SELECT part_id, space_id, vector, pass, words FROM spare_embeddings AS spare WHERE part_id = ?
         AND NOT EXISTS (SELECT 1 FROM embeddings WHERE part_id = spare.part_id AND space_id = spare.space_id)
       RETURNING id AS key, space_id AS spaceId, vector`,
    ).all(partId);
    prepared(store, 'DELETE FROM spare_embeddings WHERE part_id = ?').run(partId);
    return rows.map((row) => {
      const vector = new Float32Array(row.vector.byteLength / 2);
      decodeFloat16(row.vector, vector);
      return { spaceId: row.spaceId, key: row.key, vector };
    });
  });
}

/** Deletes a content that no file has, with all that was computed from it. Returns its hash and the keys to forget; undefined if in use. */
export function forgetContent(store: Store, contentId: number): { hash: string; keys: EmbeddingKey[] } | undefined {
  if (isUsed(store, contentId)) return undefined;
  const keys = partsOf(store, contentId).flatMap((partId) => deleteEmbeddings(store, partId));
  const row = prepared<{ hash: string }>(store, 'DELETE FROM contents WHERE id = ? RETURNING hash').get(contentId);
  return row && { hash: row.hash, keys };
}

function isUsed(store: Store, contentId: number): boolean {
  return prepared(store, 'SELECT 1 FROM files WHERE content_id = ? LIMIT 1').get(contentId) !== undefined;
}

function partsOf(store: Store, contentId: number): number[] {
  return prepared<{ id: number }>(store, 'SELECT id FROM parts WHERE content_id = ?')
    .all(contentId)
    .map((row) => row.id);
}
