/**
 * @file Keys and values of pictures that were asked with lately, so that every further edit of the same picture costs its own tokens only.
 * Exact by causality: what stands before a token does not depend on it.
 */
import { createHash } from 'node:crypto';
import type { PictureInput } from '../../core/indexing/embedder.ts';
import type { KvCache } from '../runtime/kv-cache.ts';

export type PrefixCache = {
  get(key: string): KvCache | undefined;
  /** Lets go of what was used longest ago until so many bytes fit. Done before a picture is read, so that old and new are never held at once. */
  makeRoom(bytes: number): void;
  /** Keeps it unless it alone is over the limit. */
  set(key: string, cache: KvCache): void;
  clear(): void;
  readonly bytes: number;
};

export function createPrefixCache(limitBytes: number): PrefixCache {
  const entries = new Map<string, KvCache>();
  const sum = () => [...entries.values()].reduce((bytes, entry) => bytes + entry.bytes, 0);
  function makeRoom(bytes: number): void {
    for (const oldest of entries.keys()) {
      if (sum() + bytes <= limitBytes) break;
      entries.delete(oldest);
    }
  }
  return {
    get(key) {
      const found = entries.get(key);
      if (found) {
        entries.delete(key);
        entries.set(key, found);
      }
      return found;
    },
    makeRoom,
    set(key, cache) {
      entries.delete(key);
      makeRoom(cache.bytes);
      if (cache.bytes <= limitBytes) entries.set(key, cache);
    },
    clear: () => entries.clear(),
    get bytes() {
      return sum();
    },
  };
}

/** Names a picture by its pixels and by the tokens that stand before it. */
export function prefixKey({ width, height, rasters }: PictureInput, idsBefore: readonly number[]): string {
  const hash = createHash('sha256').update(`${width}x${height}/${idsBefore.join(',')}`);
  for (const { data } of rasters) hash.update(data);
  return hash.digest('hex');
}
