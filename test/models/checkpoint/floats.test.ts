/** @file Stored numbers come out as float32, exactly, from any place of a file. */
import { open } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readFloats, readRows } from '../../../models/checkpoint/floats.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import type { StoredTensor } from '../../../models/checkpoint/tensors.ts';
import { writeSafetensors } from '../../../models/checkpoint/write.ts';
import { temporaryFolder, writeRaw } from './folder.ts';

const at = temporaryFolder();

/** Every pattern of 16 bits as one tensor [256, 256]. */
const patterns = Uint16Array.from({ length: 65_536 }, (_, i) => i);

async function stored(dtype: 'F32' | 'F16' | 'BF16' | 'I64', shape: number[], values: Float32Array | Uint8Array): Promise<StoredTensor> {
  await writeSafetensors(at('w.safetensors'), [{ name: 'w', dtype, shape, values }]);
  const [tensor] = await readShard(at('w.safetensors'));
  if (!tensor) throw new Error('nothing was written');
  return tensor;
}

/** IEEE 754 half precision by its definition. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : fraction * 2 ** -24);
}

it('reads each of the 65,536 halves as what it is', async () => {
  const floats = await readFloats(await stored('F16', [256, 256], new Uint8Array(patterns.buffer)));
  expect(floats).toEqual(Float32Array.from(patterns, half));
});

it('reads each of the 65,536 bfloat16 as the upper half of a float32', async () => {
  const floats = await readFloats(await stored('BF16', [256, 256], new Uint8Array(patterns.buffer)));
  const view = new DataView(new ArrayBuffer(4));
  const wanted = Float32Array.from(patterns, (bits) => {
    view.setUint32(0, bits * 65_536);
    return view.getFloat32(0);
  });
  expect(floats).toEqual(wanted);
});

it('reads float32 as they are, denormal and infinite ones too', async () => {
  const values = Float32Array.of(1e-45, -0, Number.NEGATIVE_INFINITY, Number.NaN, 3.4028234663852886e38, 0.1);
  expect(await readFloats(await stored('F32', [6], values))).toEqual(values);
});

it('reads rows from the middle', async () => {
  const tensor = await stored('BF16', [256, 256], new Uint8Array(patterns.buffer));
  const all = await readFloats(tensor);
  expect(await readFloats(tensor, 3, 5)).toEqual(all.slice(3 * 256, 8 * 256));
  expect(await readFloats(tensor, 250)).toEqual(all.slice(250 * 256));
  expect(await readFloats(tensor, 256)).toHaveLength(0);
});

it('picks single rows in any order and as often as wanted', async () => {
  const tensor = await stored('F16', [256, 256], new Uint8Array(patterns.buffer));
  const all = await readFloats(tensor);
  const rows = Int32Array.of(255, 0, 7, 7, 1);
  const picked = await readRows(tensor, rows);
  expect(picked).toHaveLength(5 * 256);
  rows.forEach((row, i) => {
    expect(picked.slice(i * 256, (i + 1) * 256)).toEqual(all.slice(row * 256, (row + 1) * 256));
  });
  expect(await readRows(tensor, [])).toHaveLength(0);
});

it('reads thousands of rows at once', async () => {
  const tensor = await stored('F32', [65_536, 1], Float32Array.from(patterns));
  const rows = Int32Array.from({ length: 5000 }, (_, i) => (i * 7919) % 65_536);
  expect(await readRows(tensor, rows)).toEqual(Float32Array.from(rows));
});

it('takes a vector for rows of one number, and a scalar for one row', async () => {
  const line = await stored('F32', [4], Float32Array.of(1, 2, 3, 4));
  expect(await readFloats(line, 1, 2)).toEqual(Float32Array.of(2, 3));
  const scalar = await stored('F32', [], Float32Array.of(5));
  expect(await readFloats(scalar)).toEqual(Float32Array.of(5));
});

it('reads from odd offsets', async () => {
  for (const padding of [0, 1, 2, 3]) {
    const header = { h: { dtype: 'F16', shape: [2], data_offsets: [0, 4] }, f: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } };
    await writeRaw(at('w.safetensors'), JSON.stringify(header) + ' '.repeat(padding), 8); // the bytes 0 to 7
    const [halves, float] = await readShard(at('w.safetensors'));
    if (!halves || !float) throw new Error('nothing was written');
    expect(await readFloats(halves)).toEqual(Float32Array.of(half(0x0100), half(0x0302)));
    expect(new Uint8Array((await readFloats(float)).buffer)).toEqual(Uint8Array.of(4, 5, 6, 7));
  }
});

it('refuses numbers that are not floats', async () => {
  const tensor = await stored('I64', [1], new Uint8Array(8));
  await expect(readFloats(tensor)).rejects.toMatchObject({
    code: 'model-invalid',
    message: 'w (I64 [1]) should hold floats: F32, F16 or BF16.',
  });
});

it('refuses rows that the tensor does not have', async () => {
  const tensor = await stored('F32', [2, 2], new Float32Array(4));
  for (const [first, rows] of [
    [-1, 1],
    [0, 3],
    [2, 1],
    [0.5, 1],
  ] as const)
    await expect(readFloats(tensor, first, rows)).rejects.toThrow(RangeError);
  await expect(readRows(tensor, [0, 2])).rejects.toThrow('w (F32 [2, 2]) has 2 rows');
});

it('notices that the file was cut since it was opened', async () => {
  const tensor = await stored('F32', [2, 2], new Float32Array(4));
  const file = await open(tensor.file, 'r+');
  await file.truncate(tensor.offset + 8);
  await file.close();
  expect(await readFloats(tensor, 0, 1)).toHaveLength(2);
  await expect(readFloats(tensor)).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringContaining('cut or replaced') });
  await expect(readRows(tensor, [1])).rejects.toMatchObject({ code: 'model-invalid' });
});
