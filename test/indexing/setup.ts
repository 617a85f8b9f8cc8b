/** @file Temporary folders, pictures and libraries for tests: real files, real SQLite, real reader processes. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import type { Embedder } from '../../core/indexing/embedder.ts';
import type { IndexedEngine } from '../../core/indexing/engines.ts';
import { createIndexer, type Indexer, type IndexerOptions } from '../../core/indexing/indexer.ts';
import { createReaders } from '../../core/readers/pool.ts';
import type { Readers } from '../../core/readers/reader.ts';
import { ensureSpace } from '../../core/store/contents.ts';
import { openStore, type Store } from '../../core/store/open.ts';
import { createColourEmbedder } from './colour-embedder.ts';

/** Removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'oneword-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A picture of 4 x 4 random patches; the same number always gives the same bytes, another one another picture. */
export async function pictureBytes(seed: number): Promise<Buffer> {
  const pixels = Buffer.alloc(4 * 4 * 3);
  let state = seed * 2654435761 + 1;
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pixels[i] = state >>> 24;
  }
  return sharp(pixels, { raw: { width: 4, height: 4, channels: 3 } })
    .resize(64, 48, { kernel: 'nearest', fit: 'fill' })
    .png()
    .toBuffer();
}

/** Writes pictures `<name>` with seeds of their own. Old enough to be no half-written files. */
export async function writePictures(folder: string, names: readonly string[], firstSeed = 1): Promise<void> {
  const { utimes, writeFile } = await import('node:fs/promises');
  const old = Date.now() / 1000 - 3600;
  await Promise.all(
    names.map(async (name, index) => {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      await writeFile(path, await pictureBytes(firstSeed + index));
      await utimes(path, old, old);
    }),
  );
}

export function numbered(count: number, prefix = 'picture'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(4, '0')}.png`);
}

let sharedReaders: Readers | undefined;

/** One pool for all tests of a file: starting processes takes longer than the tests. */
export function readersForTests(): Readers {
  sharedReaders ??= createReaders({ processes: 2 });
  return sharedReaders;
}

export async function closeReaders(): Promise<void> {
  await sharedReaders?.close();
  sharedReaders = undefined;
}

export type TestLibrary = { indexer: Indexer; store: Store; vectors: Map<number, Float32Array>; close(): Promise<void> };

/** Opens a library without watching unless asked. Closed when the test ends, if not before. */
export function openLibrary(
  directory: string,
  { embedder = createColourEmbedder(), ...options }: Partial<IndexerOptions> & { embedder?: Embedder } = {},
): TestLibrary {
  const store = openStore(directory);
  const vectors = new Map<number, Float32Array>();
  const index: IndexedEngine['vectors'] = {
    add: (key, vector) => void vectors.set(key, vector),
    remove: (keys) => {
      for (const key of keys) vectors.delete(key);
    },
  };
  const serving = { embedder, spaceId: ensureSpace(store, embedder.space), vectors: index };
  const indexer = createIndexer({ store, readers: readersForTests(), engines: { serving, next: undefined }, watch: false, ...options });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= indexer.close().then(() => store.close());
    return closing;
  };
  onTestFinished(close);
  indexer.start();
  return { indexer, store, vectors, close };
}

/** Everything that a search could see, without numbers that depend on the order of work. */
export function contentsOf(store: Store): unknown[] {
  return store.db
    .prepare(
      `SELECT files.path, files.state, files.error_code, contents.hash, contents.width, contents.people, iif(embeddings.id IS NULL, NULL, hex(vector)) AS vector,
         embeddings.words, file_words.name, file_words.folder
       FROM files LEFT JOIN contents ON contents.id = files.content_id LEFT JOIN parts ON parts.content_id = contents.id
       LEFT JOIN embeddings ON part_id = parts.id LEFT JOIN file_words ON file_words.rowid = files.id ORDER BY files.path`,
    )
    .all();
}

/** Waits for a condition; the limit is generous, since a loaded machine is no failure. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, limitMs = 30_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
