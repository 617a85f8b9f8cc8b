/** @file Hashes within six bits: the same as comparing all. */
import { expect, test } from 'vitest';
import { bitsOf, HashIndex, halvesOf, maxDistance } from '../../core/search/hash-index.ts';
import { hashOf } from './toy-library.ts';

test('finds exactly what a comparison with all hashes finds', () => {
  const hashes = Array.from({ length: 400 }, (_, i) => halvesOf(hashOf(`${i % 40}`).slice(0, 16)).map((half, at) => half ^ flips(i, at)));
  const index = new HashIndex();
  const numbers = hashes.map(([high = 0, low = 0]) => index.add(high, low));
  for (const [high = 0, low = 0] of hashes) {
    const expected = numbers.filter((_, i) => bitsOf((hashes[i]?.[0] ?? 0) ^ high) + bitsOf((hashes[i]?.[1] ?? 0) ^ low) <= maxDistance);
    expect([...new Set(index.near(high, low))].sort((a, b) => a - b)).toEqual(expected);
  }
});

/** Up to eight bits, spread over both halves. */
function flips(seed: number, half: number): number {
  let mask = 0;
  for (let i = 0; i < seed % 5; i++) mask ^= 1 << ((seed * 7 + i * 11 + half * 3) % 32);
  return mask;
}
