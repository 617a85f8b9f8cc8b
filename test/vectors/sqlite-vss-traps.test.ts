/** @file Each way in which sqlite-vss 0.1.2 loses or mixes up vectors, or ends the process, and that the index does not fall into it. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import * as sqliteVss from 'sqlite-vss';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteEmbeddings, putEmbedding } from '../../core/store/embeddings.ts';
import { sqliteVssProblem } from '../../core/vectors/build-segment.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import { defaultLimits } from '../../core/vectors/plan.ts';
import { checkSegment } from '../../core/vectors/self-check.ts';
import { sqliteVssBackend, vssBlob } from '../../core/vectors/sqlite-vss.ts';
import type { VectorIndex } from '../../core/vectors/vector-index.ts';
import { addPart, addVectors, createLibrary, partOf, silent } from './library.ts';
import { syntheticVectors } from './synthetic.ts';

const problem = await sqliteVssProblem({ log: silent });
const dimension = 16;
const limits = { exactRows: 100, tailRows: 100, segmentRows: 2000, amongRows: 50 };

describe.skipIf(problem)('sqlite-vss', () => {
  let library: ReturnType<typeof createLibrary>;
  let index: VectorIndex;
  const open = () => openVectorIndex({ ...library, backend: 'sqlite-vss', limits, log: silent });
  const segmentFiles = () => readdirSync(join(library.directory, 'index', '1')).map((name) => join(library.directory, 'index', '1', name));

  beforeEach(async () => {
    library = createLibrary(dimension);
    addVectors(library, syntheticVectors({ rows: 600, dimension, clusters: 40 }));
    index = open();
    await index.settled();
  });
  afterEach(() => {
    index.close();
    library.destroy();
  });

  it('trap 1, raw blobs that look like its own format: vectors whose bytes start with 76 01 are stored as what they are', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oneword-vss-'));
    const rows = 50;
    const values = syntheticVectors({ rows, dimension, seed: 3 });
    const bytes = new Uint8Array(values.buffer);
    for (const row of [0, 7, 30]) bytes.set([0x76, 0x01], row * dimension * 4);
    const samples = Array.from({ length: rows }, (_, row) => ({
      key: row + 1,
      vector: values.slice(row * dimension, (row + 1) * dimension),
    }));
    const keys = samples.map(({ key }) => key);
    const write = (name: string, fill: (path: string) => void) => {
      const path = join(folder, name);
      fill(path);
      return sqliteVssBackend.open(path, dimension);
    };
    const ours = write('ours.db', (path) => {
      const writer = sqliteVssBackend.create(path, dimension, 1);
      writer.add({ keys, values });
      writer.finish();
    });
    expect(() => checkSegment(ours, rows, samples)).not.toThrow();
    for (const { key, vector } of samples) expect(ours.search(vector, 1)).toEqual([{ key, score: -0 }]);
    ours.close();

    // The trap itself, and that the check of a new segment would find it.
    const raw = write('raw.db', (path) => {
      const db = new Database(path);
      sqliteVss.load(db);
      db.exec(`CREATE VIRTUAL TABLE vectors USING vss0(vector(${dimension}) factory="HNSW32,IDMap2")`);
      const insert = db.prepare('INSERT INTO vectors (rowid, vector) VALUES (?, ?)');
      db.transaction(() => {
        for (const { key, vector } of samples) insert.run(BigInt(key), Buffer.from(vector.buffer));
      })();
      db.close();
    });
    expect(() => checkSegment(raw, rows, samples)).toThrow(/own vectors|instead of/);
    raw.close();
    rmSync(folder, { recursive: true });
  });

  it('trap 2, a wrong dimension is accepted on insert: ours is refused everywhere', () => {
    const refused = expect.objectContaining({ code: 'bad-request' });
    expect(() => vssBlob(new Float32Array(dimension - 1), 0, dimension)).toThrow(refused);
    expect(() => index.add(9999, new Float32Array(dimension / 2))).toThrow(refused);
    expect(() => index.search(new Float32Array(dimension / 2), { k: 1 })).toThrow(refused);
    const partId = addPart(library.db);
    expect(() => putEmbedding(library.store, { spaceId: 1, partId, vector: new Float32Array(8), pass: 'fast', words: [] })).toThrow(
      refused,
    );
  });

  it('trap 3, two connections lose rows silently: a segment is written once and never again', async () => {
    const before = segmentFiles().map((path) => readFileSync(path));
    expect(before).toHaveLength(1);
    const values = syntheticVectors({ rows: 90, dimension, seed: 4 });
    for (const [row, key] of addVectors(library, values).entries()) index.add(key, values.subarray(row * dimension, (row + 1) * dimension));
    deleteEmbeddings(library.store, partOf(library.db, 5));
    index.remove([5]);
    await index.settled();
    expect(segmentFiles().map((path) => readFileSync(path))).toEqual(before);
    const db = new Database(segmentFiles()[0] ?? '', { readonly: true });
    expect(() => db.exec('CREATE TABLE more (id)')).toThrow(/readonly/);
    db.close();
    expect(index.health()).toMatchObject({ live: 689, tail: 90, tombstones: 1 });
  });

  it('trap 4, ghosts after a rollback to a savepoint: what was rolled back is in no segment', async () => {
    const { db, store } = library;
    const vector = new Float32Array(dimension).fill(0.25);
    db.transaction(() => {
      const kept = putEmbedding(store, { spaceId: 1, partId: addPart(db), vector, pass: 'fast', words: [] });
      expect(() =>
        db.transaction(() => {
          putEmbedding(store, { spaceId: 1, partId: addPart(db), vector, pass: 'fast', words: [] });
          throw new Error('rolled back');
        })(),
      ).toThrow('rolled back');
      // Inserted and deleted in one transaction.
      const partId = addPart(db);
      putEmbedding(store, { spaceId: 1, partId, vector, pass: 'fast', words: [] });
      deleteEmbeddings(store, partId);
      index.add(kept.key, vector);
    })();
    const values = syntheticVectors({ rows: 120, dimension, seed: 5 });
    for (const [row, key] of addVectors(library, values).entries()) index.add(key, values.subarray(row * dimension, (row + 1) * dimension));
    await index.settled();
    expect(index.health()).toMatchObject({ live: 721, tail: 0, tombstones: 0 });
    expect(index.search(vector, { k: 3 }).filter(({ score }) => score > 0.99 * dimension * 0.0625)).toHaveLength(1);
  });

  it('trap 5, a range search aborts the process: none is ever made', () => {
    const folder = join(import.meta.dirname, '../../core/vectors');
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts')))
      expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/vss_range_search/);
    expect(index.rank(new Float32Array(dimension).fill(1))).toHaveLength(600);
  });

  it('trap 6, it crashes in worker threads: a process that builds, searches and ends does so with status 0', {
    timeout: 60_000,
  }, async () => {
    index.close();
    library.store.close();
    const script = join(import.meta.dirname, 'index-process.ts');
    for (let round = 0; round < 3; round++) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        script,
        library.directory,
        String(dimension),
        'sqlite-vss',
        'answer',
      ]);
      expect(stdout).toContain('"backend":"sqlite-vss"');
    }
  });

  it('trap 7, updates are refused: a vector that changes does so under a new key', () => {
    const vector = new Float32Array(dimension).fill(0.3);
    const { key, replaced } = putEmbedding(library.store, {
      spaceId: 1,
      partId: partOf(library.db, 17),
      vector,
      pass: 'thorough',
      words: [],
    });
    expect(replaced).toBe(17);
    index.remove([17]);
    index.add(key, vector);
    expect(index.search(vector, { k: 1 })[0]?.key).toBe(key);
    expect(index.rank(vector).some((hit) => hit.key === 17)).toBe(false);
  });

  it('trap 8, an HNSW index cannot delete: many deleted rows are never returned, and the segment is built anew without them', async () => {
    const query = new Float32Array(dimension).fill(0.2);
    const doomed = index
      .rank(query)
      .slice(0, 300)
      .map(({ key }) => key);
    for (const key of doomed) deleteEmbeddings(library.store, partOf(library.db, key));
    index.remove(doomed);
    expect(index.health().tombstones).toBe(300);
    const hits = index.search(query, { k: 50 });
    expect(hits).toEqual(index.rank(query).slice(0, 50));
    await index.settled();
    expect(index.health()).toMatchObject({ live: 300, tombstones: 0, segments: 1 });
    expect(index.search(query, { k: 50 })).toEqual(hits);
  });

  it('trap 9, an index is one blob of at most 10^9 bytes: segments stay far below at every dimension', () => {
    for (const size of [64, 464, 768, 4096, 16_384]) {
      const bytesPerRow = size * 4 + 64 * 2 * 4 * 2; // the vector, its links with reserve, its key
      expect(defaultLimits(size).segmentRows * bytesPerRow).toBeLessThan(2 ** 27);
    }
  });

  it('trap 10, shadow tables are write-protected: the search widths reach the stored index all the same', () => {
    const db = new Database(segmentFiles()[0] ?? '', { readonly: true });
    const blob = db.prepare<[], Buffer>('SELECT idx FROM vectors_index').pluck().get();
    db.close();
    expect(blob?.includes(Buffer.from(Int32Array.of(120, 256, 1).buffer))).toBe(true);
    expect(blob?.includes(Buffer.from(Int32Array.of(40, 16, 1).buffer))).toBe(false);
  });
});
