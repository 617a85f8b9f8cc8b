/** @file Searches over the sample pictures with the embedded engine: real readers, real networks, names that say nothing. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Embedder } from '../../core/indexing/embedder.ts';
import { createReaders } from '../../core/readers/pool.ts';
import type { Readers } from '../../core/readers/reader.ts';
import { createSearcher, type Searcher } from '../../core/search/searcher.ts';
import { ensurePart, ensureSpace, upsertContent } from '../../core/store/contents.ts';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { insertPending, markReady } from '../../core/store/files.ts';
import { openStore, type Store } from '../../core/store/open.ts';
import { insertRoot } from '../../core/store/roots.ts';
import { indexFileWords } from '../../core/store/words.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import type { VectorIndex } from '../../core/vectors/vector-index.ts';
import { openEmbedder } from '../../models/registry.ts';

const samples = join(import.meta.dirname, '../../samples');
const files = readdirSync(samples).filter((name) => name.endsWith('.jpg'));
const directory = mkdtempSync(join(tmpdir(), 'oneword-samples-'));
let embedder: Embedder;
let readers: Readers;
let store: Store;
let vectors: VectorIndex;
let searcher: Searcher;
/** Name of the sample by item. */
const shown = new Map<string, string>();

beforeAll(async () => {
  embedder = await openEmbedder('lite');
  readers = createReaders({ processes: 1 });
  store = openStore(directory);
  const spaceId = ensureSpace(store, embedder.space);
  vectors = openVectorIndex({ store, spaceId, dimension: embedder.space.dimension, backend: 'exact' });
  const rootId = insertRoot(store, '/p', [], [], 0).id;
  for (const [i, file] of files.entries()) {
    const { hash, bytes, facts, picture } = await readers.read({ path: join(samples, file), rasters: embedder.rasters('fast') });
    const { data, findings } = await embedder.image([picture]);
    const path = `/p/x${i}.jpg`;
    const fileId = insertPending(store, rootId, path, { bytes, mtime: i, inode: i }, 0);
    const contentId = upsertContent(store, hash, bytes, facts);
    const partId = ensurePart(store, contentId);
    markReady(store, fileId, contentId, 0);
    indexFileWords(store, fileId, path, '/p');
    const { key } = putEmbedding(store, { spaceId, partId, vector: data, pass: 'fast', words: findings[0]?.words ?? [] });
    vectors.add(key, data);
    shown.set(String(fileId), file);
  }
  searcher = createSearcher({
    store,
    engines: { serving: { name: 'Lite', embedder, spaceId, vectors }, next: undefined },
    openPicture: async (ref, rasters) => {
      const file = ref.kind === 'item' ? shown.get(ref.id) : files.find((name) => idOf(name) === ref.id);
      return (await readers.read({ path: join(samples, file ?? ''), rasters })).picture;
    },
  });
  await searcher.calibrated();
}, 120_000);

afterAll(async () => {
  vectors.close();
  store.close();
  await Promise.all([embedder.close(), readers.close()]);
  rmSync(directory, { recursive: true, force: true });
});

function idOf(file: string): string {
  return createHash('sha256')
    .update(readFileSync(join(samples, file)))
    .digest('hex')
    .slice(0, 32);
}

test.each([
  ['a cat', 'chelsea.jpg'],
  ['a cup of coffee', 'coffee.jpg'],
  ['a horse', 'horse.jpg'],
  ['a rocket launch', 'rocket.jpg'],
  ['a chinese temple', 'china.jpg'],
  ['a man with a camera', 'camera.jpg'],
  ['portrait of a person', 'astronaut.jpg'],
])('"%s" finds %s first, above the line', async (text, file) => {
  const page = await searcher.search({ query: { text } });
  expect(shown.get(page.hits[0]?.id ?? '')).toBe(file);
  expect(page.hits[0]?.aboveCut).toBe(true);
  expect(page.cut).toBeLessThanOrEqual(3);
  expect(page.hits).toHaveLength(files.length);
  expect(page.hits[0]?.why.words.length).toBeGreaterThan(0);
});

test('words for what is not there have next to nothing above the line', async () => {
  const absent = [
    'an invoice',
    'a traffic jam',
    'hfjdksl',
    'quantum physics',
    'a swimming pool',
    'a chessboard',
    'sushi',
    'a wedding dress',
  ];
  let cut = 0;
  for (const text of absent) cut += (await searcher.search({ query: { text } })).cut;
  expect(cut).toBeLessThanOrEqual(1);
});

test('each picture finds itself first, as an item and as an upload', async () => {
  for (const [id, file] of shown) {
    for (const picture of [{ kind: 'item', id } as const, { kind: 'upload', id: idOf(file) } as const]) {
      const page = await searcher.search({ query: { picture } });
      expect(page.hits[0]?.id).toBe(id);
      expect(page.hits[0]?.score).toBeGreaterThan(0.999);
    }
  }
});

test('a picture with an edit finds the other thing', async () => {
  const cat = [...shown].find(([, file]) => file === 'chelsea.jpg')?.[0] ?? '';
  const page = await searcher.search({ query: { picture: { kind: 'item', id: cat }, edit: 'make it a horse' } });
  expect(shown.get(page.hits[0]?.id ?? '')).toBe('horse.jpg');
  expect(page.hits.map((hit) => hit.id)).not.toContain(cat);
});
