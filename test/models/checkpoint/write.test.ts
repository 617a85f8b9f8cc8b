/** @file What is written reads back, rounded to the nearest number that the type can hold. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { writeSafetensors } from '../../../models/checkpoint/write.ts';
import { temporaryFolder } from './folder.ts';

const at = temporaryFolder();

it('writes every type, in the given order, from the first byte after an aligned header', async () => {
  const file = at('w.safetensors');
  const tensors = [
    { name: 'b', dtype: 'BF16', shape: [3], values: Float32Array.of(1, -2, 0.5) },
    { name: 'a', dtype: 'F16', shape: [1, 1], values: Float32Array.of(0.25) },
    { name: 'i', dtype: 'I64', shape: [2], values: BigInt64Array.of(-1n, 2n ** 40n) },
    { name: 'f', dtype: 'F32', shape: [1], values: Float32Array.of(0.1) },
  ] as const;
  await writeSafetensors(file, tensors, { format: 'pt' });
  const read = await readShard(file);
  expect(read.map(({ name, dtype, shape, bytes }) => ({ name, dtype, shape, bytes }))).toEqual([
    { name: 'b', dtype: 'BF16', shape: [3], bytes: 6 },
    { name: 'a', dtype: 'F16', shape: [1, 1], bytes: 2 },
    { name: 'i', dtype: 'I64', shape: [2], bytes: 16 },
    { name: 'f', dtype: 'F32', shape: [1], bytes: 4 },
  ]);
  const bytes = await readFile(file);
  const offset = read[0]?.offset ?? 1;
  expect(offset % 8).toBe(0);
  expect(bytes.subarray(8, offset).toString()).toContain('"__metadata__":{"format":"pt"}');
  expect(bytes.readBigInt64LE(offset + 16)).toBe(2n ** 40n);
  const floats = read.filter(({ dtype }) => dtype !== 'I64').map((tensor) => readFloats(tensor));
  expect(await Promise.all(floats)).toEqual([Float32Array.of(1, -2, 0.5), Float32Array.of(0.25), Float32Array.of(0.1)]);
});

it('rounds to the nearest, ties to even, and keeps NaN and infinity', async () => {
  const unit = 2 ** -7; // between bfloat16 numbers from 1 to 2
  const values = Float32Array.of(
    1 + unit / 2,
    1 + 1.5 * unit,
    1 + 0.51 * unit,
    -1 - 0.49 * unit,
    3.4e38,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
  );
  await writeSafetensors(at('w.safetensors'), [{ name: 'w', dtype: 'BF16', shape: [7], values }]);
  const [tensor] = await readShard(at('w.safetensors'));
  const infinite = Number.POSITIVE_INFINITY;
  const wanted = Float32Array.of(1, 1 + 2 * unit, 1 + unit, -1, infinite, Number.NaN, -infinite);
  expect(tensor && (await readFloats(tensor))).toEqual(wanted);

  const fullest = new Float32Array(Uint32Array.of(0x7fffffff, 0xffffffff, 0x7f800001).buffer); // NaN that rounding would carry away
  await writeSafetensors(at('w.safetensors'), [{ name: 'w', dtype: 'BF16', shape: [3], values: fullest }]);
  const [odd] = await readShard(at('w.safetensors'));
  expect(odd && (await readFloats(odd)).every(Number.isNaN)).toBe(true);
});

it('takes pieces on demand, and a view into a larger buffer', async () => {
  const large = Float32Array.from({ length: 10 }, (_, i) => i);
  async function* pieces() {
    for (let i = 0; i < 10; i += 5) yield large.subarray(i, i + 5);
  }
  await writeSafetensors(at('w.safetensors'), [
    { name: 'a', dtype: 'BF16', shape: [2, 5], values: pieces },
    { name: 'b', dtype: 'F32', shape: [10], values: () => [large.subarray(0, 1), large.subarray(1)] },
  ]);
  for (const tensor of await readShard(at('w.safetensors'))) expect(await readFloats(tensor)).toEqual(large);
});

it('leaves no file when the pieces do not add up', async () => {
  const short = [{ name: 'w', dtype: 'F32', shape: [3], values: Float32Array.of(1, 2) }] as const;
  await expect(writeSafetensors(at('w.safetensors'), short)).rejects.toThrow('w (F32 [3]) needs 12 bytes, its pieces have 8');
  const wrong = [{ name: 'w', dtype: 'F32', shape: [1], values: BigInt64Array.of(1n) }] as const;
  await expect(writeSafetensors(at('w.safetensors'), wrong)).rejects.toThrow('cannot be written from a BigInt64Array');
  expect(await readdir(at())).toEqual([]);
});
