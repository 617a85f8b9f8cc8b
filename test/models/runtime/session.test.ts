/** @file Sessions over models built in memory: every kind of input, weights that stay in their files, and files that are not whole. */
import { rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { outputName } from '../../../models/graph/plan.ts';
import { openSession } from '../../../models/runtime/session.ts';
import { picking, scaling, temporaryFolder } from './hand-made.ts';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const row = { data: Float32Array.of(1, 2, 3), shape: [1, 3] };

it.each(['resident', 'mapped', undefined] as const)('reads external weights that are %s', async (weights) => {
  const stage = scaling(folder, 'scaling', [2, 3, 4]);
  const session = await openSession(stage.model(), { threads: 1, ...(weights && { weights }) });
  const { [outputName('x')]: y } = await session.run({ x: row });
  expect(y).toEqual(Float32Array.of(2, 6, 12));
  await session.close();
});

it('takes int64 and int32 inputs, scalars, and a window of a larger array', async () => {
  const session = await openSession(picking().model(), { threads: 1 });
  const { [outputName('y')]: y } = await session.run({
    x: { data: Float32Array.of(9, 10, 20, 30, 9).subarray(1, 4), shape: [3] },
    rows: { data: BigInt64Array.of(2n, 0n), shape: [2] },
    add: { data: Int32Array.of(5), shape: [] },
  });
  expect(y).toEqual(Float32Array.of(35, 15));
  await session.close();
});

it('names the weight file that is missing', async () => {
  const stage = scaling(folder, 'scaling', [2, 3, 4]);
  const file = path.join(folder, 'scaling.bin');
  rmSync(file);
  const opening = openSession(stage.model(), { threads: 1, weights: 'mapped' });
  await expect(opening).rejects.toMatchObject({ code: 'model-missing', message: expect.stringContaining(`${file} is missing`) });
});

it('names the weight file that was cut short, and the bytes it should have', async () => {
  const stage = scaling(folder, 'scaling', [2, 3, 4]);
  const file = path.join(folder, 'scaling.bin');
  truncateSync(file, 8);
  const opening = openSession(stage.model(), { threads: 1, weights: 'mapped' });
  await expect(opening).rejects.toMatchObject({
    code: 'model-missing',
    message: expect.stringMatching(/scaling\.bin is incomplete: 8 bytes, at least 12/),
  });
});

it('says which model failed on its input, and why', async () => {
  const stage = scaling(folder, 'scaling', [2, 3, 4]);
  const session = await openSession(stage.model(), { threads: 1, name: stage.name });
  const running = session.run({ x: { data: Float32Array.of(1, 2), shape: [1, 2] } });
  await expect(running).rejects.toMatchObject({ code: 'engine-failed', message: expect.stringMatching(/scaling.*dimensions/s) });
  await session.close();
});

it('fails as an engine where the weights are whole but the model cannot be loaded', async () => {
  const { folder: below } = scaling(folder, 'scaling', [2, 3, 4]).model();
  const opening = openSession({ bytes: Uint8Array.of(8, 200, 1), folder: below }, { threads: 1, name: 'broken' });
  await expect(opening).rejects.toMatchObject({ code: 'engine-failed', message: expect.stringContaining('broken') });
});

it('calls a model file that is not there missing', async () => {
  await expect(openSession(path.join(folder, 'none.onnx'), { threads: 1 })).rejects.toMatchObject({ code: 'model-missing' });
});
