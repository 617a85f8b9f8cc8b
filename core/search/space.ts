/**
 * @file One engine's side of search: its vectors, and what is known of them beside the tables.
 */
import type { RasterRequest } from '../../pixels/raster.ts';
import type { PictureRef } from '../api/query.ts';
import type { PictureInput } from '../indexing/embedder.ts';
import type { OpenEngine } from '../indexing/engines.ts';
import { countItems } from '../store/catalogue.ts';
import { countEmbeddings } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { prepared } from '../store/statements.ts';
import { NearDuplicates } from './near-duplicates.ts';
import { Unrelated } from './unrelated.ts';

/** Decodes a picture to search with. Throws not-found, unreadable-file and the like. */
export type OpenPicture = (ref: PictureRef, rasters: readonly RasterRequest[], signal?: AbortSignal) => Promise<PictureInput>;

export type SpaceDeps = { readonly store: Store; readonly openPicture: OpenPicture; readonly log?: (line: string) => void };

/** Vectors of the space, and the items that they stand for. */
export type Counts = { readonly vectors: number; readonly items: number };

export type SearchSpace = OpenEngine & {
  readonly store: Store;
  readonly openPicture: OpenPicture;
  readonly near: NearDuplicates;
  readonly unrelated: Unrelated;
  countAll(): Counts;
};

export function createSpace({ store, openPicture, log }: SpaceDeps, engine: OpenEngine): SearchSpace {
  const { spaceId, embedder, vectors } = engine;
  let counted = { generation: '', items: 0, vectors: 0 };
  return {
    ...engine,
    store,
    openPicture,
    near: new NearDuplicates(store, spaceId, embedder.space.dimension),
    unrelated: new Unrelated({ store, spaceId, embedder, vectors, ...(log ? { log } : {}) }),
    countAll() {
      const generation = generationOf(store);
      if (counted.generation !== generation) {
        counted = { generation, items: countItems(store, spaceId), vectors: countEmbeddings(store, spaceId) };
      }
      return counted;
    },
  };
}

/** Changes with every write to the library, by this process or another. */
export function generationOf(store: Pick<Store, 'db'>): string {
  const written = prepared(store, 'SELECT total_changes()').pluck().get();
  return `${written}/${store.db.pragma('data_version', { simple: true })}`;
}
