/**
 * @file A library of many pictures for the wall's benchmark: rows as indexing writes them, synthetic vectors of the embedded engine's space, shapes
 * and dates as cameras make them, and a small thumbnail for each. There are no files, so it is only asked, not watched.
 */
import { linkSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { ensureSpace } from '../../core/store/contents.ts';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { openStore } from '../../core/store/open.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import { liteSpace } from '../../models/lite/engine.ts';
import { syntheticVectors } from '../vectors/synthetic.ts';

const shapes: readonly (readonly [width: number, height: number])[] = [
  [4000, 3000],
  [3000, 4000],
  [6000, 4000],
  [1920, 1080],
  [1080, 1080],
  [5000, 1800],
];
const firstDay = Date.parse('2012-01-01T08:00:00Z');
const days = 365 * 14;

export async function makeWallLibrary(directory: string, rows: number): Promise<void> {
  const store = openStore(directory);
  try {
    const { db } = store;
    const spaceId = ensureSpace(store, liteSpace);
    const { dimension } = liteSpace;
    const vectors = syntheticVectors({ rows, dimension });
    const root = db.prepare("INSERT INTO roots (path, added_at) VALUES ('/pictures', 0)").run().lastInsertRowid;
    const content = db.prepare(
      "INSERT INTO contents (hash, bytes, type, width, height, colour, dhash, taken_at) VALUES (?, 1, 'jpeg', ?, ?, ?, printf('%016x', random()), ?)",
    );
    const part = db.prepare('INSERT INTO parts (content_id) VALUES (?)');
    const file = db.prepare(
      "INSERT INTO files (root_id, path, bytes, mtime, inode, state, content_id, changed_at) VALUES (?, ?, 1, 0, ?, 'ready', ?, 0)",
    );
    db.transaction(() => {
      for (let row = 0; row < rows; row++) {
        const [width, height] = shapes[(row * 7) % shapes.length] ?? [1, 1];
        const taken = new Date(firstDay + Math.floor((row / rows) * days) * 86_400_000 + (row % 600) * 60_000).toISOString().slice(0, 19);
        const contentId = content.run(hashOf(row), width, height, colours[row % colours.length], taken).lastInsertRowid;
        const partId = Number(part.run(contentId).lastInsertRowid);
        file.run(root, `/pictures/${taken.slice(0, 4)}/IMG_${row}.jpg`, row, contentId);
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
  await makeThumbnails(directory, rows);
}

const colours = ['#6d7a52', '#3f5d7a', '#a08b6a', '#202428', '#c9c4bb', '#7a3f46', '#4c4a6b', '#8fa3ad'];

function hashOf(row: number): string {
  // The first two digits name the thumbnail's folder: all of them are used.
  return `${(row % 256).toString(16).padStart(2, '0')}${row.toString(16).padStart(62, '0')}`;
}

/** A few real pictures under as many names as there are rows: links, so that they take no room. */
async function makeThumbnails(directory: string, rows: number): Promise<void> {
  const folder = path.join(directory, 'thumbs');
  mkdirSync(folder, { recursive: true });
  const sources: string[] = [];
  for (const [at, background] of colours.entries()) {
    const [width, height] = shapes[at % shapes.length] ?? [1, 1];
    const scale = 320 / Math.max(width, height);
    const source = path.join(folder, `source-${at}.webp`);
    const noise = { type: 'gaussian', mean: 128, sigma: 40 } as const;
    const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
    await sharp({ create: { ...size, channels: 3, background, noise } })
      .webp({ quality: 50 })
      .toFile(source);
    sources.push(source);
  }
  for (let folderAt = 0; folderAt < 256; folderAt++)
    mkdirSync(path.join(folder, folderAt.toString(16).padStart(2, '0')), { recursive: true });
  for (let row = 0; row < rows; row++) {
    const hash = hashOf(row);
    linkSync(sources[row % sources.length] ?? '', path.join(folder, hash.slice(0, 2), `${hash}-320.webp`));
  }
}
