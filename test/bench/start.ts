/**
 * @file From nothing to the first answer in words on a library of 100,000 pictures: host, library process, engine, index and all. The rows
 * are synthetic vectors in the embedded engine's space; there are no files, so the library is only asked, not watched.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureSpace } from '../../core/store/contents.ts';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { openStore } from '../../core/store/open.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import { openLibrary } from '../../engine/library.ts';
import { liteSpace } from '../../models/lite/engine.ts';
import { syntheticVectors } from '../vectors/synthetic.ts';
import { type Figure, median, percentile, residentMiB } from './report.ts';

const questions = [
  'a red apple',
  'dogs playing',
  'mountains in winter',
  'a cup of coffee',
  'portrait',
  'an old car',
  'flowers',
  'a city at night',
];

export async function benchStart({ rows, rounds }: { rows: number; rounds: number }): Promise<Figure[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'oneword-bench-'));
  try {
    await makeLibrary(directory, rows);
    const first: number[] = [];
    const later: number[] = [];
    let memory: Figure[] = [];
    for (let round = 0; round < rounds; round++) {
      const started = performance.now();
      const library = await openLibrary({ directory, activity: 'query', log: () => undefined });
      try {
        const ask = (text: string) => library.client.search({ query: { text, literal: true } });
        const { hits } = await ask(questions[0] ?? '');
        first.push(performance.now() - started);
        if (hits.length === 0) throw new Error('the library gave no answer');
        for (const text of questions) {
          const asked = performance.now();
          await ask(`${text} ${round}`);
          later.push(performance.now() - asked);
        }
        memory = await residentMiB(library.pid);
      } finally {
        await library.close();
      }
    }
    return [
      { name: `start to first answer, ${rows} pictures (aim < 2 s)`, value: median(first) / 1000, unit: 's' },
      { name: 'search by words, engine included, p50', value: median(later), unit: 'ms' },
      { name: 'search by words, engine included, p95', value: percentile(later, 0.95), unit: 'ms' },
      ...memory.map((figure) => ({ ...figure, name: `${figure.name}, ${rows} pictures` })),
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Rows as indexing writes them, and the index built as it would be in the background. */
async function makeLibrary(directory: string, rows: number): Promise<void> {
  const store = openStore(directory);
  try {
    const { db } = store;
    const spaceId = ensureSpace(store, liteSpace);
    const { dimension } = liteSpace;
    const vectors = syntheticVectors({ rows, dimension });
    const root = db.prepare("INSERT INTO roots (path, added_at) VALUES ('/pictures', 0)").run().lastInsertRowid;
    const content = db.prepare(
      "INSERT INTO contents (hash, bytes, type, width, height, colour, dhash) VALUES (hex(randomblob(32)), 1, 'jpeg', 4000, 3000, '#808080', printf('%016x', random()))",
    );
    const part = db.prepare('INSERT INTO parts (content_id) VALUES (?)');
    const file = db.prepare(
      "INSERT INTO files (root_id, path, bytes, mtime, inode, state, content_id, changed_at) VALUES (?, ?, 1, 0, ?, 'ready', ?, 0)",
    );
    db.transaction(() => {
      for (let row = 0; row < rows; row++) {
        const contentId = content.run().lastInsertRowid;
        const partId = Number(part.run(contentId).lastInsertRowid);
        file.run(root, `/pictures/${row}.jpg`, row, contentId);
        const vector = vectors.subarray(row * dimension, (row + 1) * dimension);
        putEmbedding(store, { spaceId, partId, vector, pass: 'thorough', words: [{ text: 'thing', probability: 0.5 }] });
      }
    })();
    const index = openVectorIndex({ store, spaceId, dimension, log: () => undefined });
    await index.settled();
    index.close();
  } finally {
    store.close();
  }
}
