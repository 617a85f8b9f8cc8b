/** @file Models whose weights pass through one buffer: the same answers from any stored type, and what happens when a file goes. */
import { execFile } from 'node:child_process';
import { rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { compileVlm } from '../../../models/compile/vlm.ts';
import type { Sequence } from '../../../models/runtime/decoder-run.ts';
import { gaussian } from '../../../models/runtime/gaussian.ts';
import { openRunner } from '../../../models/runtime/runner.ts';
import { rewritten } from '../compile/rewritten.ts';
import { worstDifference } from './golden.ts';

const fixture = 'llava-next-mistral/checkpoint';
/** Values of up to 5, by kernels that sum up in another order. */
const limit = 1e-5;
const index = { priority: 'index' } as const;

function sequences(width: number): Sequence[] {
  return [{ embeds: gaussian(700 * width, 1), keep: 650 }, { embeds: gaussian(9 * width, 2) }];
}

it.each(['F16', 'BF16', 'F32'] as const)('answers the same from %s as with all weights in memory', async (dtype) => {
  const compiled = await compileVlm(await rewritten(fixture, { dtype }), { precision: 'exact' });
  const asked = sequences(compiled.model.text.hiddenSize);
  const { channels, imageSize } = compiled.model.vision;
  const pixels = gaussian(2 * channels * imageSize ** 2, 3);
  const answers = [];
  for (const options of [{}, { memoryBytes: 0 }]) {
    const runner = await openRunner(compiled, { threads: 2, ...options });
    const { hidden, kept } = await runner.lastHidden(asked, index);
    const words = await runner.topWords(hidden, 3, index);
    answers.push({ hidden, kept, words, features: await runner.features(pixels, 2, index) });
    await runner.close();
  }
  const [resident, streamed] = answers;
  if (!resident || !streamed) throw new Error('There are two answers.');
  expect(worstDifference(streamed.hidden, resident.hidden)).toBeLessThan(limit);
  expect(worstDifference(streamed.features, resident.features)).toBeLessThan(limit);
  expect(streamed.words.map((row) => row.map(({ id }) => id))).toEqual(resident.words.map((row) => row.map(({ id }) => id)));
  for (const [layer, { k, v }] of (streamed.kept[0]?.layers ?? []).entries()) {
    expect(worstDifference(k, resident.kept[0]?.layers[layer]?.k ?? new Float32Array())).toBeLessThan(limit);
    expect(worstDifference(v, resident.kept[0]?.layers[layer]?.v ?? new Float32Array())).toBeLessThan(limit);
  }
});

it('fails with the name of a file that was cut or is gone, also in the middle of its work', async () => {
  const checkpoint = await rewritten(fixture, { dtype: 'F16' });
  const compiled = await compileVlm(checkpoint, { precision: 'exact' });
  const file = [...checkpoint.tensors.values()][0]?.file ?? '';
  const asked = sequences(compiled.model.text.hiddenSize);
  const runner = await openRunner(compiled, { threads: 1, memoryBytes: 0 });
  const whole = await runner.lastHidden(asked, index);
  const cut = runner.lastHidden(asked, { ...index, onProgress: (done) => done === 3 && truncateSync(file, 2000) });
  await expect(cut).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringContaining(file) });
  rmSync(file);
  await expect(runner.lastHidden(asked, index)).rejects.toMatchObject({ code: 'model-missing', message: expect.stringContaining(file) });
  expect(whole.hidden.length).toBeGreaterThan(0);
  await runner.close();
});

it('gives everything back on release and begins anew', async () => {
  const compiled = await compileVlm(await rewritten(fixture, { dtype: 'BF16' }), { precision: 'exact' });
  const runner = await openRunner(compiled, { threads: 1, memoryBytes: 0 });
  const asked = sequences(compiled.model.text.hiddenSize);
  const before = await runner.lastHidden(asked, index);
  expect(runner.sessions).toBeGreaterThan(0);
  await runner.release();
  expect(runner.sessions).toBe(0);
  expect(worstDifference((await runner.lastHidden(asked, index)).hidden, before.hidden)).toBe(0);
  await runner.close();
});

it('does not keep a process alive that forgets to close', async () => {
  const root = path.resolve(import.meta.dirname, '../../..');
  const script = `
    const { openCheckpoint } = await import('${root}/models/checkpoint/checkpoint.ts');
    const { compileVlm } = await import('${root}/models/compile/vlm.ts');
    const { openRunner } = await import('${root}/models/runtime/runner.ts');
    const compiled = await compileVlm(await openCheckpoint('${root}/test/fixtures/${fixture}'), { precision: 'exact' });
    const runner = await openRunner(compiled, { threads: 1, memoryBytes: 0 });
    const { hidden } = await runner.lastHidden([{ embeds: new Float32Array(3 * compiled.model.text.hiddenSize).fill(1) }], { priority: 'text' });
    console.log(hidden.length);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(Number(stdout)).toBeGreaterThan(0);
});
