/** @file Stored numbers as float32, to the bit, by several threads into one buffer; files that go or shrink meanwhile. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PlacedWeight } from '../../../models/graph/graph.ts';
import { compileWiden } from '../../../models/runtime/assembly/build.ts';
import { createWidener, type Widener } from '../../../models/runtime/widen.ts';
import { temporaryFolder } from './hand-made.ts';

let folder: string;
let widener: Widener;

beforeEach(() => {
  folder = temporaryFolder();
  widener = createWidener(2);
});
afterEach(async () => {
  await widener.release();
  rmSync(folder, { recursive: true, force: true });
});

/** The numbers of 16 or 32 bits from an odd offset of a file on, as in a file of safetensors. */
function placed(type: 'float16' | 'bfloat16' | 'float32', data: Uint16Array | Float32Array): PlacedWeight {
  const file = path.join(folder, `${type}.bin`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  writeFileSync(file, Buffer.concat([Buffer.from('odd'), bytes]));
  return { type, shape: [data.length], file, offset: 3, bytes: data.byteLength };
}

function bits(floats: Float32Array = new Float32Array()): Uint32Array {
  return new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
}

const every = Uint16Array.from({ length: 0x10000 }, (_, i) => i);

it('widens every float16 there is: subnormal numbers, zeros, infinities, and what is not a number', async () => {
  const [found = new Float32Array()] = await widener.widened([placed('float16', every)]);
  const expected = Float32Array.from(new Float16Array(every.buffer));
  expect(Array.from(found)).toEqual(Array.from(expected));
  expect(bits(found).filter((_, i) => !Number.isNaN(expected[i]))).toEqual(bits(expected).filter((_, i) => !Number.isNaN(expected[i])));
});

it('widens every bfloat16 to the bit', async () => {
  const [found] = await widener.widened([placed('bfloat16', every)]);
  expect(bits(found)).toEqual(Uint32Array.from(every, (half) => half * 0x10000));
});

it('puts weights of all lengths and types beside each other, whatever part of them a thread has', async () => {
  const single = Float32Array.from({ length: 100_003 }, (_, i) => i / 7);
  const halves = Uint16Array.from({ length: 262_147 }, (_, i) => (i * 40_503) & 0xfbff);
  const weights = [
    placed('float32', single),
    placed('float16', halves),
    { ...placed('bfloat16', every), shape: [1], bytes: 2, offset: 3 + 2 * 0x3f80 },
    { ...placed('float32', single), shape: [0, 4], bytes: 0 },
  ];
  for (const threads of [1, 3]) {
    const own = createWidener(threads, 16);
    const [a, b, c, d] = await own.widened(weights);
    expect(a).toEqual(single);
    expect(b).toEqual(Float32Array.from(new Float16Array(halves.buffer)));
    expect(c).toEqual(Float32Array.of(1));
    expect(d).toHaveLength(0);
    await own.release();
  }
});

it('writes the next weights over the last ones', async () => {
  const sharing = createWidener(2, 1 << 20);
  const [first] = await sharing.widened([placed('float32', Float32Array.of(1, 2, 3))]);
  const [second] = await sharing.widened([placed('float16', Uint16Array.of(0x4400))]);
  expect(second?.buffer).toBe(first?.buffer);
  expect(Array.from(first ?? [])).toEqual([4, 2, 3]);
  await sharing.release();
});

it('says which file is gone or was cut, and works on afterwards', async () => {
  const whole = placed('bfloat16', every);
  const cut = placed('float16', every);
  truncateSync(cut.file, 4000);
  await expect(widener.widened([whole, cut])).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringContaining(cut.file) });
  rmSync(cut.file);
  await expect(widener.widened([cut])).rejects.toMatchObject({ code: 'model-missing', message: expect.stringContaining(cut.file) });
  expect((await widener.widened([whole]))[0]).toHaveLength(every.length);
});

it('gives its memory back when it is released, and takes it again', async () => {
  const bytes = 64 << 20;
  const large = createWidener(2, bytes);
  const single = placed(
    'float32',
    Float32Array.from({ length: bytes / 4 }, (_, i) => i),
  );
  const before = await settled();
  await large.widened([single]);
  expect(ownMemory() - before).toBeGreaterThan(0.9 * bytes);
  await large.release();
  expect((await settled()) - before).toBeLessThan(0.5 * bytes);
  expect((await large.widened([single]))[0]?.at(-1)).toBe(bytes / 4 - 1);
  await large.release();
});

it('is the compiled form of its committed source', async () => {
  const committed = readFileSync(path.resolve(import.meta.dirname, '../../../models/runtime/widen.wasm'));
  expect(Buffer.from(await compileWiden()).equals(committed), 'run `node models/runtime/assembly/build.ts` and commit the result').toBe(
    true,
  );
});

function ownMemory(): number {
  return process.memoryUsage().arrayBuffers;
}

/** Buffers are swept beside the program. */
async function settled(): Promise<number> {
  let last = ownMemory();
  for (let still = 0; still < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = ownMemory();
    still = now === last ? still + 1 : 0;
    last = now;
  }
  return last;
}
