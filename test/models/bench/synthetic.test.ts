/** @file Checkpoints with random weights: real files that compile, the same every time, and gone afterwards. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { requireShape, syntheticShapes } from '../../../models/bench/shapes.ts';
import { type SyntheticCheckpoint, writeSynthetic } from '../../../models/bench/synthetic.ts';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { readFloats } from '../../../models/checkpoint/floats.ts';
import { compileVlm } from '../../../models/compile/vlm.ts';
import { catalogueEntry } from '../../../models/hub/catalogue.ts';
import { requireUsable } from '../../../models/hub/usable.ts';
import { tinyShape } from './tiny.ts';

// Of its own, so that other tests' folders are not taken for what was left behind.
const temporary = mkdtempSync(path.join(tmpdir(), 'oneword-test-'));
vi.stubEnv('TMPDIR', temporary);

let written: SyntheticCheckpoint;
beforeAll(async () => {
  written = await writeSynthetic(tinyShape, 2);
});
afterAll(async () => {
  await written.remove();
  rmSync(temporary, { recursive: true });
});

it('writes a checkpoint that accounts for itself, with the layers asked for', async () => {
  const checkpoint = await openCheckpoint(written.directory);
  const compiled = await compileVlm(checkpoint, { precision: 'exact' });
  expect(compiled.decoder).toHaveLength(2);
  expect(compiled.notes).toEqual([]);
  expect((await requireUsable(written.directory)).shape).toMatchObject({ layers: 2, hidden: 128, mlp: 256 });
});

it.each(['BF16', 'F16'] as const)('draws weights in %s of the size that products keep, different in every tensor', async (dtype) => {
  const other = await writeSynthetic({ ...tinyShape, dtype }, 2);
  try {
    const { tensors } = await openCheckpoint(other.directory);
    const of = async (layer: number) => {
      const tensor = tensors.get(`language_model.model.layers.${layer}.mlp.gate_proj.weight`);
      if (!tensor) throw new Error('There is no such tensor.');
      expect(tensor.dtype).toBe(dtype);
      return readFloats(tensor);
    };
    const [first, second] = [await of(0), await of(1)];
    const deviation = Math.sqrt(first.reduce((sum, value) => sum + value * value, 0) / first.length);
    expect(deviation * Math.sqrt(128)).toBeCloseTo(1, 1);
    expect(first.filter((value, i) => value === second[i]).length).toBeLessThan(first.length / 10);
  } finally {
    await other.remove();
  }
});

it('gives some channels of norms ten times their due', async () => {
  const { tensors } = await openCheckpoint(written.directory);
  const norm = tensors.get('language_model.model.norm.weight');
  const values = norm ? await readFloats(norm) : new Float32Array();
  expect(values.filter((value) => value > 5).length).toBe(1);
});

it('writes the same weights every time, and removes them', async () => {
  const again = await writeSynthetic(tinyShape, 2);
  const { revision } = await openCheckpoint(again.directory);
  expect(revision).toBe((await openCheckpoint(written.directory)).revision);
  await again.remove();
  expect(existsSync(again.directory)).toBe(false);
});

it('leaves nothing behind where it is interrupted', async () => {
  const reason = new Error('enough');
  await expect(writeSynthetic(tinyShape, 2, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(readdirSync(temporary)).toEqual([path.basename(written.directory)]);
});

it('knows the shapes of the catalogue, and names them where it is asked for another', () => {
  expect(Object.keys(syntheticShapes)).toEqual([
    ...['e5v-8b', 'llava-mistral-7b', 'phi3-v', 'smolvlm-256m', 'clip-b32', 'clip-l14-336', 'siglip-b16'],
  ]);
  expect(catalogueEntry('e5v')?.shape).toMatchObject({ layers: requireShape('e5v-8b').layers });
  expect(() => requireShape('e5v')).toThrow(/^There is no shape "e5v"\. Known:(\n {2}[\w-]+: .+){7}$/);
  expect(() => requireShape('toString')).toThrow('There is no shape');
});
