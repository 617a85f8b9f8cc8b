/**
 * @file Segments as sqlite-vss tables (faiss HNSW), one database file each.
 *
 * [Note: sqlite-vss] Version 0.1.2 loses or mixes up rows in many ways; all of them are about changing an index that is in use. So a
 * table is written once, by a process of its own, in whole transactions of plain inserts; then it is only read, by one connection.
 * - A blob that starts with 0x76 0x01 is taken for sqlite-vss's own format, raw floats otherwise: we always write the header.
 * - The length of a vector is not checked: we check it.
 * - Range searches abort the process and worker threads crash it: neither is used.
 * - A transaction copies all its rows for each further row, and each commit rewrites the index: batches of about 1000 cost least.
 * - efConstruction and efSearch cannot be set in SQL. They stand in the blob of the empty index, where we set them.
 */
import { rmSync } from 'node:fs';
import { extname } from 'node:path';
import Database from 'better-sqlite3';
import * as sqliteVss from 'sqlite-vss';
import { AppError } from '../api/errors.ts';
import type { VectorChunk } from '../store/embeddings.ts';
import type { Segment, SegmentBackend, SegmentWriter } from './segment.ts';
import type { Neighbour } from './vector-index.ts';

export const sqliteVssVersion = '0.1.2';
const factory = 'HNSW32,IDMap2';
/** The defaults, 40 and 16, find 9 of 10 neighbours among 100,000; 64 loses those of queries that are like no picture. */
const efConstruction = 120;
const efSearch = 256;

export const sqliteVssBackend: SegmentBackend = { name: 'sqlite-vss', open, create };

/** A connection with the extension. Throws AppError('unavailable') where it cannot be loaded. Never give it library.db. */
function connect(path: string, options: Database.Options, threads: number): Database.Database {
  // OpenMP reads this once, when the extension is loaded. More threads make a single query slower.
  process.env.OMP_NUM_THREADS = String(threads);
  const db = new Database(path, options);
  try {
    // Without their ending, which SQLite adds: with it, the error would be that of a second attempt at `vss0.so.so`.
    sqliteVss.load({ loadExtension: (path) => db.loadExtension(path.slice(0, -extname(path).length)) });
  } catch (error) {
    db.close();
    throw new AppError('unavailable', error instanceof Error ? error.message : String(error), { cause: error });
  }
  return db;
}

/** Throws AppError('unavailable') where the extension or one of the libraries that it needs is missing. */
export function loadSqliteVss(): void {
  connect(':memory:', {}, 1).close();
}

/** Uses everything that segments use, on a few rows. Where the processor is too old it kills the process: never call it in one that matters. */
export function checkSqliteVss(): void {
  const db = connect(':memory:', {}, 1);
  const version = db.prepare<[], string>('SELECT vss_version()').pluck().get();
  if (version !== `v${sqliteVssVersion}`) throw new AppError('unavailable', `this is version ${version}, not v${sqliteVssVersion}`);
  db.exec(`CREATE VIRTUAL TABLE vectors USING vss0(vector(2) factory="${factory}")`);
  const insert = db.prepare('INSERT INTO vectors (rowid, vector) VALUES (?, ?)');
  db.transaction(() => {
    for (let row = 1n; row <= 8n; row++) insert.run(row, vssBlob(Float32Array.of(Number(row), 1), 0, 2));
  })();
  const found = db
    .prepare<[Buffer], number>('SELECT rowid FROM vectors WHERE vss_search(vector, vss_search_params(?, 1))')
    .pluck()
    .get(vssBlob(Float32Array.of(5, 1), 0, 2));
  db.close();
  if (found !== 5) throw new AppError('unavailable', `its search for row 5 of 8 answered ${found}`);
}

function open(path: string, dimension: number): Segment {
  const db = connect(path, { readonly: true, fileMustExist: true }, 1);
  try {
    const nearest = db
      .prepare<[Buffer, number], [number, number]>('SELECT rowid, distance FROM vectors WHERE vss_search(vector, vss_search_params(?, ?))')
      .raw();
    const segment: Segment = {
      count: () => indexedRows(db),
      reach: 2 * efSearch, // its search stops once efSearch better rows are known, however many were asked for
      search: (query, k) => nearest.all(vssBlob(query, 0, dimension), k).map(([key, distance]): Neighbour => ({ key, score: -distance })),
      close: () => db.close(),
    };
    segment.search(new Float32Array(dimension), 1); // reads the index now rather than under the first query
    return segment;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What faiss says it holds: the 64-bit count after the magic and the dimension of an IDMap2. The shadow table cannot tell of lost vectors. */
function indexedRows(db: Database.Database): number {
  const head = db.prepare<[], Buffer>('SELECT substr(idx, 1, 16) FROM vectors_index').pluck().get();
  if (head?.length !== 16 || head.toString('latin1', 0, 4) !== 'IxM2')
    throw new AppError('internal', 'not an index of the kind that was built');
  return Number(head.readBigInt64LE(8));
}

function create(path: string, dimension: number, threads: number): SegmentWriter {
  const draft = `${path}.draft`;
  // Nobody reads a draft, and one that is cut short is thrown away: it needs no journal.
  const connectDraft = () => {
    const db = connect(draft, {}, threads);
    db.pragma('page_size = 65536'); // an index is one blob: with fewer pages it is read faster
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    return db;
  };
  rmSync(draft, { force: true });
  const empty = connectDraft();
  empty.exec(`CREATE VIRTUAL TABLE vectors USING vss0(vector(${dimension}) factory="${factory}")`);
  tune(empty);
  empty.close(); // the index is read at the first use of a connection, and never again
  const db = connectDraft();
  const insert = db.prepare('INSERT INTO vectors (rowid, vector) VALUES (?, ?)');
  return {
    add: db.transaction(({ keys, values }: VectorChunk) => {
      for (const [row, key] of keys.entries()) insert.run(BigInt(key), vssBlob(values, row * dimension, dimension));
    }),
    finish: () => {
      db.prepare('VACUUM INTO ?').run(path); // drops the copies of the index that earlier commits left
      db.close();
      rmSync(draft);
    },
  };
}

/** sqlite-vss's own vector format: two bytes of header, then little-endian float32. */
export function vssBlob(values: Float32Array, offset: number, dimension: number): Buffer {
  if (offset + dimension > values.length)
    throw new AppError('bad-request', `A vector has ${values.length - offset} values instead of ${dimension}.`);
  const blob = Buffer.allocUnsafe(2 + dimension * 4);
  blob[0] = 0x76;
  blob[1] = 0x01;
  blob.set(new Uint8Array(values.buffer, values.byteOffset + offset * 4, dimension * 4), 2);
  return blob;
}

/** Sets the search widths in an empty index, where faiss writes (40, 16, 1). Where that is not found exactly once, the defaults stay. */
function tune(db: Database.Database): void {
  const blob = db.prepare<[], Buffer>('SELECT idx FROM vectors_index').pluck().get();
  if (!blob) return;
  const defaults = Buffer.from(Int32Array.of(40, 16, 1).buffer);
  const at = blob.indexOf(defaults);
  if (at < 0 || blob.includes(defaults, at + 1)) return;
  blob.writeInt32LE(efConstruction, at);
  blob.writeInt32LE(efSearch, at + 4);
  db.unsafeMode(true); // shadow tables are write-protected otherwise
  db.prepare('UPDATE vectors_index SET idx = ?').run(blob);
}
