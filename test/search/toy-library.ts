/**
 * @file A small real library (SQLite, FTS5, exact vectors) with an engine of a few words: every word has its own axis, a picture is
 * the mixture of words that it was made of, so the right answer to every query is known.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FileType, PictureRef } from '../../core/api/query.ts';
import type { Embedder, EmbedOptions, PictureInput, Space, Vectors } from '../../core/indexing/embedder.ts';
import type { OpenEngine } from '../../core/indexing/engines.ts';
import { createSearcher, type SearchDeps, type Searcher } from '../../core/search/searcher.ts';
import { ensurePart, ensureSpace, setPeople, upsertContent } from '../../core/store/contents.ts';
import { putEmbedding } from '../../core/store/embeddings.ts';
import { deleteFile, insertPending, markReady } from '../../core/store/files.ts';
import { openStore, type Store } from '../../core/store/open.ts';
import { insertRoot } from '../../core/store/roots.ts';
import { indexFileWords, removeFileWords } from '../../core/store/words.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import type { VectorIndex } from '../../core/vectors/vector-index.ts';

const dimension = 256;
/** Every picture has this much of an axis of its own, so that no two are equal. */
const own = 0.2;

export type Mixture = Readonly<Record<string, number>>;

export type ToyPicture = {
  readonly path: string;
  readonly shows: Mixture;
  /** Same content = same bytes; default one of its own. */
  readonly content?: string;
  readonly type?: FileType;
  readonly takenAt?: string;
  readonly mtime?: number;
  readonly camera?: string;
  readonly people?: number;
  readonly rating?: number;
  readonly size?: readonly [width: number, height: number];
  readonly dhash?: string;
  readonly latitude?: number;
};

export type ToyLibrary = {
  readonly store: Store;
  readonly vectors: VectorIndex;
  readonly searcher: Searcher;
  readonly embedder: ToyEmbedder;
  readonly opened: PictureRef[];
  readonly root: string;
  /** Adds files and answers their ids. */
  add(...pictures: readonly ToyPicture[]): string[];
  remove(id: string): void;
  /** What `openPicture` gives for this uploaded picture. */
  upload(id: string, shows: Mixture): PictureRef;
  /** Another searcher over the same library, as after a restart, maybe with a second engine. */
  reopen(options?: Partial<Pick<SearchDeps, 'engines' | 'patienceMs'>>): Searcher;
  readonly engine: OpenEngine;
};

export function toyLibrary(options: { now?: () => Date; backend?: 'exact' | 'auto' } = {}): ToyLibrary {
  const directory = mkdtempSync(join(tmpdir(), 'oneword-search-'));
  const store = openStore(directory);
  const embedder = new ToyEmbedder();
  const spaceId = ensureSpace(store, embedder.space);
  const vectors = openVectorIndex({ store, spaceId, dimension, backend: options.backend ?? 'exact' });
  onTestFinished(() => {
    vectors.close();
    store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const root = '/pictures';
  const rootId = insertRoot(store, root, [], [], 0).id;
  const uploads = new Map<string, Mixture>();
  const shownBy = new Map<string, Mixture>();
  const opened: PictureRef[] = [];
  const engine: OpenEngine = { name: 'Toy', embedder, spaceId, vectors };
  const reopen: ToyLibrary['reopen'] = (others = {}) =>
    createSearcher({
      store,
      engines: { serving: engine, next: undefined },
      ...others,
      openPicture: async (ref) => {
        opened.push(ref);
        return toyPicture((ref.kind === 'upload' ? uploads : shownBy).get(ref.id) ?? {});
      },
      ...(options.now ? { now: options.now } : {}),
    });

  return {
    store,
    vectors,
    embedder,
    engine,
    opened,
    root,
    searcher: reopen(),
    reopen,
    add: (...pictures) => {
      const embedded: { key: number; replaced: number | undefined; vector: Float32Array }[] = [];
      const one = (picture: ToyPicture, at: number): string => {
        const path = join(root, picture.path);
        const stat = { bytes: 1000, mtime: picture.mtime ?? Date.UTC(2020, 0, 1) + at, inode: 0 };
        const fileId = insertPending(store, rootId, path, stat, 0);
        const hash = hashOf(picture.content ?? picture.path);
        const [width, height] = picture.size ?? [4000, 3000];
        const contentId = upsertContent(store, hash, 1000, {
          type: picture.type ?? 'jpeg',
          width,
          height,
          colour: '#808080',
          dhash: picture.dhash ?? hash.slice(16, 32),
          frames: 1,
          ...(picture.takenAt ? { takenAt: picture.takenAt } : {}),
          ...(picture.camera ? { camera: picture.camera } : {}),
          ...(picture.rating ? { rating: picture.rating } : {}),
          ...(picture.latitude ? { latitude: picture.latitude, longitude: 1 } : {}),
        });
        if (picture.people !== undefined) setPeople(store, contentId, picture.people);
        const partId = ensurePart(store, contentId);
        markReady(store, fileId, contentId, 0);
        indexFileWords(store, fileId, path, root);
        const vector = embedder.vectorOf(picture.shows, hash);
        const words = Object.entries(picture.shows).map(([text, probability]) => ({ text, probability }));
        embedded.push({ ...putEmbedding(store, { spaceId, partId, vector, pass: 'fast', words }), vector });
        shownBy.set(String(fileId), picture.shows);
        return String(fileId);
      };
      const ids = store.db.transaction(() => pictures.map(one))();
      for (const { key, replaced, vector } of embedded) {
        if (replaced !== undefined) vectors.remove([replaced]);
        // A later one of the same content may have replaced it already.
        if (!embedded.some((later) => later.replaced === key)) vectors.add(key, vector);
      }
      return ids;
    },
    remove: (id) => {
      deleteFile(store, Number(id));
      removeFileWords(store, [Number(id)]);
    },
    upload: (id, shows) => {
      uploads.set(id, shows);
      return { kind: 'upload', id };
    },
  };
}

/** 64 hex digits that depend on every character. */
export function hashOf(text: string): string {
  const random = seeded(text);
  return Array.from({ length: 16 }, () =>
    Math.floor(random() * 65536)
      .toString(16)
      .padStart(4, '0'),
  ).join('');
}

function seeded(text: string): () => number {
  let state = 2166136261;
  for (const character of text) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The mixture travels inside the raster, as its JSON. */
function toyPicture(shows: Mixture): PictureInput {
  const data = new TextEncoder().encode(JSON.stringify(shows));
  return { width: data.length, height: 1, rasters: [{ width: data.length, height: 1, data }] };
}

export class ToyEmbedder implements Embedder {
  readonly space: Space;
  /** Calls wait for it. */
  gate: Promise<void> = Promise.resolve();
  readonly hasThoroughPass = false;
  readonly calls: string[] = [];
  readonly priorities: (EmbedOptions['priority'] | undefined)[] = [];

  constructor(model = 'toy') {
    this.space = { id: `${model}@1`, dimension, model, revision: '1', precision: 'fp32', prompts: 'none' };
  }

  rasters(): [] {
    return [];
  }

  async text(texts: readonly string[], options?: EmbedOptions): Promise<Vectors> {
    options?.signal?.throwIfAborted();
    this.calls.push('text');
    this.priorities.push(options?.priority);
    await this.gate;
    options?.signal?.throwIfAborted();
    return this.#pack(texts.map((text) => this.vectorOf(countWords(text))));
  }

  async image(pictures: readonly PictureInput[]): Promise<Vectors & { findings: [] }> {
    this.calls.push('image');
    return { ...this.#pack(pictures.map((picture) => this.vectorOf(mixtureOf(picture)))), findings: [] };
  }

  async composed(pairs: readonly { picture: PictureInput; edit: string }[]): Promise<Vectors> {
    this.calls.push('composed');
    return this.#pack(
      pairs.map(({ picture, edit }) => {
        const mixed = { ...countWords(edit) };
        for (const [word, weight] of Object.entries(mixtureOf(picture))) mixed[word] = (mixed[word] ?? 0) + weight;
        return this.vectorOf(mixed);
      }),
    );
  }

  async words(vectors: Vectors, k: number): Promise<{ text: string; probability: number }[][]> {
    return Array.from({ length: vectors.data.length / dimension }, () => [{ text: this.space.model, probability: 1 }].slice(0, k));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Unit length. A word's direction is drawn from its letters. */
  vectorOf(shows: Mixture, seed?: string): Float32Array {
    const vector = new Float32Array(dimension);
    // Each engine has directions of its own.
    const prefix = this.space.model === 'toy' ? '' : this.space.model;
    for (const [word, weight] of Object.entries(shows)) addDirection(vector, prefix + word, weight);
    if (seed !== undefined) addDirection(vector, seed, own);
    const length = Math.hypot(...vector) || 1;
    return vector.map((value) => value / length);
  }

  #pack(vectors: Float32Array[]): Vectors {
    const data = new Float32Array(vectors.length * dimension);
    vectors.forEach((vector, at) => {
      data.set(vector, at * dimension);
    });
    return { dimension, data };
  }
}

function addDirection(vector: Float32Array, word: string, weight: number): void {
  const random = seeded(word);
  const direction = Float32Array.from({ length: dimension }, () => random() - 0.5);
  const length = Math.hypot(...direction);
  for (let i = 0; i < dimension; i++) vector[i] = (vector[i] ?? 0) + (weight * (direction[i] ?? 0)) / length;
}

function countWords(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) if (word !== 'a') counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function mixtureOf({ rasters }: PictureInput): Mixture {
  return JSON.parse(new TextDecoder().decode(rasters[0]?.data)) as Mixture;
}
