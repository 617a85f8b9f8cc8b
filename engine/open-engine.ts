/** @file Opens an engine for a library: its process, its space, the index of its vectors. */
import path from 'node:path';
import type { Space } from '../core/indexing/embedder.ts';
import type { OpenEngine } from '../core/indexing/engines.ts';
import { ensureSpace } from '../core/store/contents.ts';
import { storeErrors } from '../core/store/failure.ts';
import type { Store } from '../core/store/open.ts';
import { readValue, writeValue } from '../core/store/settings.ts';
import { openVectorIndex } from '../core/vectors/open.ts';
import type { VectorIndex } from '../core/vectors/vector-index.ts';
import type { EmbedderProcess } from './embedder.ts';
import { type EngineDescription, engineDescription } from './serve-embedder.ts';

export type ServedEngine = OpenEngine & {
  /** Of the registry, or a checkpoint's folder. */
  readonly id: string;
  readonly embedder: EmbedderProcess;
};

/**
 * An index of many pictures takes a second to open, while the engine comes up: it is that of the engine as it was last time. An
 * engine that turns out to be another one gets its own.
 */
export async function joinLibrary(
  store: Store,
  id: string,
  starting: Promise<EmbedderProcess>,
  log: (line: string) => void,
): Promise<ServedEngine> {
  const expected = knownEngine(store, id)?.space;
  const early = expected && openIndexOf(store, expected, log);
  const embedder = await starting.catch((error: unknown) => {
    early?.vectors.close();
    throw error;
  });
  try {
    if (embedder.trouble === undefined) storeErrors(store.directory, () => writeValue(store, engineKey(id), embedder.description));
    const isExpected = early !== undefined && expected?.id === embedder.space.id;
    if (!isExpected) early?.vectors.close();
    const { spaceId, vectors } = isExpected ? early : openIndexOf(store, embedder.space, log);
    return { id, name: nameOf(id, embedder.description), embedder, spaceId, vectors };
  } catch (error) {
    await embedder.close();
    throw error;
  }
}

export async function closeEngine({ embedder, vectors }: ServedEngine): Promise<void> {
  await embedder.close();
  vectors.close();
}

export const engineKey = (id: string): string => `engine:${id}`;

/** What the engine was found to be when it ran the last time. */
export function knownEngine(store: Store, id: string): EngineDescription | undefined {
  return engineDescription.safeParse(readValue(store, engineKey(id))).data;
}

function openIndexOf(store: Store, space: Space, log: (line: string) => void): { spaceId: number; vectors: VectorIndex } {
  return storeErrors(store.directory, () => {
    const spaceId = ensureSpace(store, space);
    return { spaceId, vectors: openVectorIndex({ store, spaceId, dimension: space.dimension, log }) };
  });
}

function nameOf(id: string, { models }: EngineDescription): string {
  return models.find((model) => model.id === id)?.name ?? path.basename(id);
}
