/**
 * @file One engine's side of search: its vectors, and what is known of them beside the tables.
 */
import type { RasterRequest } from '../../pixels/raster.ts';
import type { Filters, PictureRef } from '../api/query.ts';
import type { PictureInput } from '../indexing/embedder.ts';
import type { OpenEngine } from '../indexing/engines.ts';
import { countItems, type KeyKind } from '../store/catalogue.ts';
import { countEmbeddings } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { newestFirst, type Shapes, shapesPassing } from '../store/shapes.ts';
import { writesOf } from '../store/statements.ts';
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
  /** What passes, in no order; without filters it is read once as long as nothing changes. */
  shapes(filters: Filters, kind: KeyKind): DatedShapes;
};

export type DatedShapes = Shapes & {
  /** Keys of what passes, each once. */
  newestFirst(): Float64Array;
};

export function createSpace({ store, openPicture, log }: SpaceDeps, engine: OpenEngine): SearchSpace {
  const { spaceId, embedder, vectors } = engine;
  const kept = new Map<KeyKind, { readonly generation: string; readonly shapes: DatedShapes }>();
  let counted = { generation: '', items: 0, vectors: 0 };
  return {
    ...engine,
    store,
    openPicture,
    near: new NearDuplicates(store, spaceId, embedder.space.dimension),
    unrelated: new Unrelated({ store, spaceId, embedder, vectors, ...(log ? { log } : {}) }),
    countAll() {
      const generation = writesOf(store);
      if (counted.generation !== generation) {
        counted = { generation, items: countItems(store, spaceId), vectors: countEmbeddings(store, spaceId) };
      }
      return counted;
    },
    shapes(filters, kind) {
      if (Object.keys(filters).length > 0) return dated(shapesPassing(store, spaceId, filters, kind));
      const generation = writesOf(store);
      const known = kept.get(kind);
      if (known?.generation === generation) return known.shapes;
      const shapes = dated(shapesPassing(store, spaceId, {}, kind));
      kept.set(kind, { generation, shapes });
      return shapes;
    },
  };
}

function dated(shapes: Shapes): DatedShapes {
  let sorted: Float64Array | undefined;
  return {
    ...shapes,
    newestFirst() {
      sorted ??= newestFirst(shapes);
      return sorted;
    },
  };
}
