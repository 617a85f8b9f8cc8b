/**
 * @file The engines that a library is open with. One serves: it takes new pictures at once, and every question is put to it. A second
 * one may be beside it: it takes the same pictures in the background, either to take over or to stay.
 */
import type { VectorIndex } from '../vectors/vector-index.ts';
import type { Embedder } from './embedder.ts';

/** An engine, its space in this library, and the index that has to hear of every vector. */
export type IndexedEngine = {
  readonly embedder: Embedder;
  readonly spaceId: number;
  readonly vectors: Pick<VectorIndex, 'add' | 'remove'>;
};

export type OpenEngine = IndexedEngine & {
  /** For people. */
  readonly name: string;
  readonly vectors: VectorIndex;
};

/** Which they are changes while the library is open: ask each time, and remember whom you asked. */
export type Engines<E extends IndexedEngine = OpenEngine> = { readonly serving: E; readonly next: E | undefined };

export function openEngines<E extends IndexedEngine>({ serving, next }: Engines<E>): readonly E[] {
  return next ? [serving, next] : [serving];
}
