/**
 * @file The process that builds one segment: reads library.db, writes a file of its own, checks what it wrote. It touches nothing that
 * others use, so it may die at any moment; native code that crashes or takes minutes does it here.
 */
import { renameSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { serveChild } from '../process/serve.ts';
import { readVector, streamVectors } from '../store/embeddings.ts';
import type { BackendName, SegmentBackend } from './segment.ts';
import { checksumOf, flushFile } from './segment-files.ts';
import { checkSegment, type Sample } from './self-check.ts';
import { checkSqliteVss, sqliteVssBackend } from './sqlite-vss.ts';
import { usearchBackend } from './usearch.ts';

export type BuildRequest = {
  readonly backend: BackendName;
  /** Path of library.db. */
  readonly library: string;
  readonly spaceId: number;
  readonly dimension: number;
  readonly first: number;
  readonly last: number;
  /** Where the segment shall be. */
  readonly path: string;
  readonly threads: number;
};

export type BuiltSegment = { readonly keys: Float64Array; readonly checksum: string };

export type SegmentProcess = typeof methods;

const backends: Record<BackendName, SegmentBackend> = { 'sqlite-vss': sqliteVssBackend, usearch: usearchBackend };
const rowsAtOnce = 1000;
const samplesToCheck = 256;

const methods = { build, probe: () => checkSqliteVss() };

async function build({ backend, library, spaceId, dimension, first, last, path, threads }: BuildRequest): Promise<BuiltSegment> {
  setPriority(constants.priority.PRIORITY_LOW);
  const db = new Database(library, { readonly: true, fileMustExist: true });
  const keys: number[] = [];
  const part = `${path}.part`;
  try {
    const writer = backends[backend].create(part, dimension, threads);
    for (const chunk of streamVectors({ db }, spaceId, dimension, { first, last, rows: rowsAtOnce })) {
      writer.add(chunk);
      keys.push(...chunk.keys);
      await setImmediate(); // lets this process notice that its parent is gone
    }
    writer.finish();
    const segment = backends[backend].open(part, dimension);
    checkSegment(segment, keys.length, someOf({ db }, spaceId, dimension, keys));
    segment.close();
  } finally {
    db.close();
  }
  flushFile(part);
  await setImmediate(); // once more: nobody would name what this process leaves behind
  renameSync(part, path);
  return { keys: Float64Array.from(keys), checksum: checksumOf(path) };
}

/** Rows from all over the segment. One that was deleted meanwhile is left out. */
function someOf(store: { readonly db: Database.Database }, spaceId: number, dimension: number, keys: readonly number[]): Sample[] {
  const samples: Sample[] = [];
  const step = Math.max(1, Math.floor(keys.length / samplesToCheck));
  for (let at = 0; at < keys.length; at += step) {
    const key = keys[at];
    const vector = new Float32Array(dimension);
    if (key !== undefined && readVector(store, spaceId, key, vector)) samples.push({ key, vector });
  }
  return samples;
}

serveChild(methods);
