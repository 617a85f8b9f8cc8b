/**
 * @file A library of many pictures for the wall's benchmark: rows as indexing writes them, synthetic vectors of the embedded engine's space, names,
 * shapes and dates as cameras make them. Every row has its file and its thumbnail: a few hundred different pictures, linked, so that they take no room.
 */
import { linkSync, mkdirSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { ensureSpace } from '../../core/store/contents.ts';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { openStore } from '../../core/store/open.ts';
import { indexFileWords } from '../../core/store/words.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import { liteSpace } from '../../models/lite/engine.ts';
import { syntheticVectors, uniform } from '../vectors/synthetic.ts';

/** Shapes of cameras and phones, and how often each is met. */
const shapes = [
  { width: 4000, height: 3000, share: 0.4 },
  { width: 3000, height: 4000, share: 0.3 },
  { width: 6000, height: 4000, share: 0.15 },
  { width: 1920, height: 1080, share: 0.07 },
  { width: 1080, height: 1080, share: 0.05 },
  { width: 5000, height: 1800, share: 0.03 },
] as const;
/** More links than file systems allow (65,000) never fall to one of them. */
const sources = 240;
const firstDay = Date.parse('2012-01-01T08:00:00Z');
const days = 365 * 14;
const places = ['Lisbon', 'Oslo', 'Busan', 'Home', 'Trieste', 'Skye', 'Kyoto', 'Garden', 'Marseille', 'Jeju'];

/** `<directory>/library` and, watched by it, `<directory>/pictures`. */
export async function makeWallLibrary(directory: string, rows: number): Promise<{ library: string; pictures: string }> {
  const library = path.join(directory, 'library');
  const pictures = path.join(directory, 'pictures');
  mkdirSync(library, { recursive: true });
  const originals = await makeSources(path.join(directory, 'sources'));
  const store = openStore(library);
  try {
    const { db } = store;
    const spaceId = ensureSpace(store, liteSpace);
    const { dimension } = liteSpace;
    const vectors = syntheticVectors({ rows, dimension });
    const random = uniform(1);
    const root = Number(db.prepare('INSERT INTO roots (path, added_at) VALUES (?, 0)').run(pictures).lastInsertRowid);
    const content = db.prepare(
      "INSERT INTO contents (hash, bytes, type, width, height, colour, dhash, taken_at) VALUES (?, ?, 'jpeg', ?, ?, ?, printf('%016x', random()), ?)",
    );
    const part = db.prepare('INSERT INTO parts (content_id) VALUES (?)');
    const file = db.prepare(
      "INSERT INTO files (root_id, path, bytes, mtime, inode, state, content_id, changed_at) VALUES (?, ?, ?, ?, ?, 'ready', ?, ?)",
    );
    const folders = new Set<string>();
    db.transaction(() => {
      for (let row = 0; row < rows; row++) {
        const source = originals[Math.floor(random() * originals.length)];
        if (!source) throw new Error('there are no pictures to link');
        const taken = new Date(firstDay + Math.floor((row / rows) * days) * 86_400_000 + (row % 600) * 60_000).toISOString().slice(0, 19);
        const name = path.join(pictures, `${taken.slice(0, 7)} ${places[Math.floor(row / 700) % places.length]}`, `IMG_${row}.jpg`);
        const hash = hashOf(row);
        const small = path.join(library, 'thumbs', hash.slice(0, 2), `${hash}-320.webp`);
        for (const folder of [path.dirname(name), path.dirname(small)]) {
          if (!folders.has(folder)) mkdirSync(folder, { recursive: true });
          folders.add(folder);
        }
        linkSync(source.file, name);
        linkSync(source.thumbnail, small);
        const { bytes, mtime, inode, width, height, colour } = source;
        const contentId = content.run(hash, bytes, width, height, colour, taken).lastInsertRowid;
        const partId = Number(part.run(contentId).lastInsertRowid);
        const fileId = Number(file.run(root, name, bytes, mtime, inode, contentId, Date.now()).lastInsertRowid);
        indexFileWords(store, fileId, name, pictures);
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
  return { library, pictures };
}

function hashOf(row: number): string {
  // The first two digits name the thumbnail's folder: all of them are used.
  return `${(row % 256).toString(16).padStart(2, '0')}${row.toString(16).padStart(62, '0')}`;
}

type Source = {
  readonly file: string;
  readonly thumbnail: string;
  readonly bytes: number;
  readonly mtime: number;
  readonly inode: number;
  /** Of the camera's picture that it stands for. */
  readonly width: number;
  readonly height: number;
  readonly colour: string;
};

/** Parts of the sample pictures in the shapes of cameras: a JPEG of some hundred pixels and the thumbnail that indexing makes of one. */
async function makeSources(folder: string): Promise<Source[]> {
  mkdirSync(folder, { recursive: true });
  const samples = path.resolve(import.meta.dirname, '../../samples');
  const names = (await readdir(samples)).filter((name) => name.endsWith('.jpg')).sort();
  const made: Source[] = [];
  for (let at = 0; at < sources; at++) {
    const { width, height } = shapeOf(at / sources);
    const scale = 320 / Math.max(width, height);
    const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
    const sample = path.join(samples, names[at % names.length] ?? '');
    const picture = await sharp(sample).metadata();
    const part = 0.5 + 0.4 * ((at * 7) % 11) * 0.1;
    const crop = { width: Math.floor(picture.width * part), height: Math.floor(picture.height * part) };
    const left = Math.floor((picture.width - crop.width) * (((at * 5) % 13) / 13));
    const cut = sharp(sample).extract({ ...crop, left, top: Math.floor((picture.height - crop.height) * (((at * 3) % 7) / 7)) });
    const file = path.join(folder, `${at}.jpg`);
    const thumbnail = path.join(folder, `${at}.webp`);
    await cut
      .clone()
      .resize(size.width * 2, size.height * 2, { fit: 'cover' })
      .toFile(file);
    await cut.clone().resize(size.width, size.height, { fit: 'cover' }).webp({ quality: 80 }).toFile(thumbnail);
    const { channels } = await sharp(thumbnail).stats();
    const colour = `#${channels
      .slice(0, 3)
      .map(({ mean }) => Math.round(mean).toString(16).padStart(2, '0'))
      .join('')}`;
    const { size: bytes, mtimeMs, ino } = statSync(file);
    made.push({ file, thumbnail, bytes, mtime: Math.trunc(mtimeMs), inode: ino, width, height, colour });
  }
  return made;
}

/** `place`: from 0 to 1. */
function shapeOf(place: number): { width: number; height: number } {
  let left = place;
  for (const shape of shapes) {
    left -= shape.share;
    if (left < 0) return shape;
  }
  return shapes[0];
}
