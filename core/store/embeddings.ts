/**
 * @file The embeddings table: one vector (float16) for a part of a content in a space. Its ids are the keys of the vector index, so a
 * vector never changes under its id: what is embedded again gets a new one, and the old one becomes a tombstone of the index.
 */
import type { Database } from 'better-sqlite3';
import { AppError } from '../api/errors.ts';
import { decodeFloat16, encodeFloat16 } from '../vectors/float16.ts';
import { prepared } from './statements.ts';

type EmbeddingStore = { readonly db: Database };

export type EmbeddingWord = { readonly text: string; readonly probability: number };

export type NewEmbedding = {
  readonly spaceId: number;
  readonly partId: number;
  readonly vector: Float32Array;
  readonly pass: 'fast' | 'thorough';
  readonly words: readonly EmbeddingWord[];
};

/** After the commit, `key` goes to `VectorIndex.add` and `replaced` to `VectorIndex.remove`. */
export type WrittenEmbedding = { readonly key: number; readonly replaced: number | undefined };

export type EmbeddingInfo = { readonly key: number; readonly pass: 'fast' | 'thorough'; readonly words: readonly EmbeddingWord[] };

export type EmbeddingKey = { readonly spaceId: number; readonly key: number };

/** Rows in ascending key order; `values` holds them one after the other and is overwritten by the next chunk. */
export type VectorChunk = { readonly keys: readonly number[]; readonly values: Float32Array };

/** Inserts, or replaces under a new key. Throws bad-request on a wrong dimension and on values that are not finite. */
export function putEmbedding(store: EmbeddingStore, embedding: NewEmbedding): WrittenEmbedding {
  const { spaceId, partId, vector, pass, words } = embedding;
  const space = prepared<{ dimension: number }>(store, 'SELECT dimension FROM spaces WHERE id = ?').get(spaceId);
  if (vector.length !== space?.dimension) {
    throw new AppError(
      'bad-request',
      `A vector of ${vector.length} values does not fit space ${spaceId} (${space?.dimension ?? 'unknown'} dimensions).`,
    );
  }
  const blob = encodeFloat16(vector);
  return store.db.transaction((): WrittenEmbedding => {
    const replaced = prepared<{ id: number }>(store, 'DELETE FROM embeddings WHERE space_id = ? AND part_id = ? RETURNING id').get(
      spaceId,
      partId,
    );
    const { lastInsertRowid } = prepared(
      store,
      'INSERT INTO embeddings (space_id, part_id, vector, pass, words) VALUES (?, ?, ?, ?, ?)',
    ).run(spaceId, partId, blob, pass, JSON.stringify(words));
    return { key: Number(lastInsertRowid), replaced: replaced?.id };
  })();
}

export function findEmbedding(store: EmbeddingStore, spaceId: number, partId: number): EmbeddingInfo | undefined {
  const row = prepared<{ key: number; pass: 'fast' | 'thorough'; words: string }>(
    store,
    'SELECT id AS key, pass, words FROM embeddings WHERE space_id = ? AND part_id = ?',
  ).get(spaceId, partId);
  return row && { ...row, words: JSON.parse(row.words) as EmbeddingWord[] };
}

/** The parts that these keys of a space are of. Keys that are gone are left out. */
export function partsOfKeys(store: EmbeddingStore, keys: readonly number[]): Map<number, number> {
  const rows = prepared<[number, number]>(
    store,
    'SELECT embeddings.id, part_id FROM json_each(?) AS wanted CROSS JOIN embeddings ON embeddings.id = wanted.value',
  )
    .raw()
    .all(JSON.stringify(keys));
  return new Map(rows);
}

/** What a space knows of parts: the key of the vector, and what it says. Parts without a vector there are left out. */
export function embeddingsOfParts(
  store: EmbeddingStore,
  spaceId: number,
  partIds: readonly number[],
): Map<number, { readonly key: number; readonly words: readonly EmbeddingWord[] }> {
  const rows = prepared<[partId: number, key: number, words: string]>(
    store,
    `SELECT part_id, embeddings.id, words FROM json_each(?) AS wanted
     CROSS JOIN embeddings ON embeddings.space_id = ? AND embeddings.part_id = wanted.value`,
  )
    .raw()
    .all(JSON.stringify(partIds), spaceId);
  return new Map(rows.map(([partId, key, words]) => [partId, { key, words: JSON.parse(words) as EmbeddingWord[] }]));
}

/** Deletes the vectors of a part in every space and says which keys each space's index has to forget. */
export function deleteEmbeddings(store: EmbeddingStore, partId: number): EmbeddingKey[] {
  return prepared<EmbeddingKey>(store, 'DELETE FROM embeddings WHERE part_id = ? RETURNING space_id AS spaceId, id AS key').all(partId);
}

export function countEmbeddings(store: EmbeddingStore, spaceId: number): number {
  return prepared<{ rows: number }>(store, 'SELECT count(*) AS rows FROM embeddings WHERE space_id = ?').get(spaceId)?.rows ?? 0;
}

/** All keys of a space, ascending. Reads only an index, not the rows. */
export function embeddingKeys(store: EmbeddingStore, spaceId: number): Float64Array {
  const keys = store.db.prepare<[number], number>('SELECT id FROM embeddings WHERE space_id = ?').pluck().all(spaceId);
  return Float64Array.from(keys).sort();
}

/**
 * Rows as they are stored, one after the other.
 *
 * [Note: many vectors in one blob] A blob for each row costs more than reading and comparing the row. So SQLite joins them: group_concat
 * takes blobs as text of the same bytes, which is not looked into in a UTF-8 database, and CAST makes a blob of it again. Both columns
 * are collected in one pass, so keys and vectors have the same order; with ORDER BY inside, SQLite would sort the vectors.
 */
export type StoredRows = { readonly keys: readonly number[]; readonly blob: Uint8Array };

const joined = `SELECT group_concat(id, ',') AS keys, CAST(group_concat(vector, '') AS BLOB) AS blob`;
type JoinedRow = { keys: string; blob: Buffer } | { keys: null; blob: null };

/** The range of keys, both ends inclusive. */
export type StreamOptions = { readonly first?: number; readonly last?: number; readonly rows?: number };

/**
 * The vectors of a space as they are stored, by ascending key. Each chunk is a query of its own, so that nothing is held while the
 * caller works. `+space_id` keeps SQLite on the primary key: by the index on spaces it would have to sort.
 */
export function* streamStored(
  store: EmbeddingStore,
  spaceId: number,
  dimension: number,
  { first = 0, last = Number.MAX_SAFE_INTEGER, rows = 1024 }: StreamOptions = {},
): Generator<StoredRows> {
  const page = prepared<JoinedRow>(
    store,
    `${joined} FROM (SELECT id, vector FROM embeddings
       WHERE id BETWEEN ? AND ? AND +space_id = ? AND length(vector) = ? ORDER BY id LIMIT ?)`,
  );
  for (let from = first; from <= last; ) {
    const found = split(page.get(from, last, spaceId, dimension * 2, rows));
    if (found.keys.length > 0) yield found;
    if (found.keys.length < rows) return;
    from = (found.keys.at(-1) ?? last) + 1;
  }
}

/** Those of the keys that the space has, in any order. */
export function readStored(store: EmbeddingStore, spaceId: number, dimension: number, keys: readonly number[]): StoredRows {
  const rows = prepared<JoinedRow>(
    store,
    `${joined} FROM embeddings WHERE id IN (SELECT value FROM json_each(?)) AND +space_id = ? AND length(vector) = ?`,
  );
  return split(rows.get(JSON.stringify(keys), spaceId, dimension * 2));
}

function split(row: JoinedRow | undefined): StoredRows {
  return row?.blob ? { keys: row.keys.split(',').map(Number), blob: row.blob } : { keys: [], blob: new Uint8Array() };
}

/** The vectors of a space as numbers. `values` is overwritten by the next chunk. */
export function* streamVectors(
  store: EmbeddingStore,
  spaceId: number,
  dimension: number,
  options: StreamOptions = {},
): Generator<VectorChunk> {
  const values = new Float32Array((options.rows ?? 1024) * dimension);
  for (const { keys, blob } of streamStored(store, spaceId, dimension, { rows: 1024, ...options })) {
    decodeFloat16(blob, values);
    yield { keys, values: values.subarray(0, keys.length * dimension) };
  }
}

/** Writes one vector into `out`; false where the space has no such row. */
export function readVector(store: EmbeddingStore, spaceId: number, key: number, out: Float32Array): boolean {
  const row = prepared<{ vector: Buffer }>(store, 'SELECT vector FROM embeddings WHERE id = ? AND +space_id = ?').get(key, spaceId);
  if (row?.vector.length !== out.length * 2) return false;
  decodeFloat16(row.vector, out);
  return true;
}
