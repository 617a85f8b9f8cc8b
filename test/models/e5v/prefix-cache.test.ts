/** @file What is remembered of pictures that are asked with, and when it is let go. */
import { expect, it } from 'vitest';
import { createPrefixCache, prefixKey } from '../../../models/e5v/prefix-cache.ts';
import { kvCache } from '../../../models/runtime/kv-cache.ts';

const cacheOf = (bytes: number) => kvCache([{ k: new Float32Array(bytes / 8), v: new Float32Array(bytes / 8) }], 1);

it('lets go of what was used longest ago', () => {
  const cache = createPrefixCache(100);
  for (const key of ['a', 'b']) cache.set(key, cacheOf(48));
  cache.get('a');
  cache.set('c', cacheOf(40));
  expect(['a', 'b', 'c'].filter((key) => cache.get(key))).toEqual(['a', 'c']);
  expect(cache.bytes).toBe(88);
});

it('makes room before something is made that will need it, and keeps nothing over its limit', () => {
  const cache = createPrefixCache(100);
  cache.set('a', cacheOf(64));
  cache.makeRoom(64);
  expect(cache.bytes).toBe(0);
  cache.set('large', cacheOf(104));
  expect(cache.get('large')).toBeUndefined();
});

it('knows a picture by its pixels and by the tokens before it', () => {
  const picture = (value: number) => ({ width: 1, height: 1, rasters: [{ width: 1, height: 1, data: new Uint8Array(3).fill(value) }] });
  expect(prefixKey(picture(1), [1, 2])).toBe(prefixKey(picture(1), [1, 2]));
  expect(new Set([prefixKey(picture(1), [1, 2]), prefixKey(picture(2), [1, 2]), prefixKey(picture(1), [1, 3])]).size).toBe(3);
});
