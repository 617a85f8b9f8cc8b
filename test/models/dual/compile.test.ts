import { describe, expect, it } from 'vitest';
import { openModel } from '../../../models/arch/index.ts';
import type { Checkpoint } from '../../../models/checkpoint/checkpoint.ts';
import { compileDual, type DualPrecision } from '../../../models/dual/compile.ts';
import { textInputs } from '../../../models/dual/texts.ts';
import { rewritten } from '../compile/rewritten.ts';
import { runStage } from '../compile/run-stages.ts';
import { goldenSets, largestDifference, openGolden } from './golden.ts';

async function compile(checkpoint: Checkpoint, precision: DualPrecision = 'exact') {
  const model = openModel(checkpoint);
  if (model.kind !== 'dual') throw new Error(`${model.modelType} has no two towers`);
  return { model, compiled: await compileDual(model, checkpoint, precision) };
}

describe.each(['clip', 'siglip'] as const)('%s', (family) => {
  const set = goldenSets.find((one) => one.family === family) ?? goldenSets[0];

  async function worst(checkpoint: Checkpoint): Promise<number> {
    const { model, compiled } = await compile(checkpoint);
    const golden = await openGolden(set);
    const text = golden.cases.find(({ name }) => name === 'text_short');
    const image = golden.cases.find(({ pixel_values_tensor: key }) => key !== undefined);
    const texts = await runStage(compiled.text, { ...textInputs(text?.input_ids ?? [], model.texts) });
    const pictures = await runStage(compiled.vision, { pixel_values: await golden.tensor(image?.pixel_values_tensor) });
    return Math.max(
      largestDifference(texts.embedding ?? [], (await golden.tensor(text?.features)).data),
      largestDifference(pictures.embedding ?? [], (await golden.tensor(image?.features)).data),
    );
  }

  it('computes the same from F32 as from F16, and nearly so from BF16', async () => {
    const checkpoint = `${family}/checkpoint`;
    expect(await worst(await rewritten(checkpoint, { dtype: 'F32' }))).toBeLessThan(1e-4);
    const rounded = await worst(await rewritten(checkpoint, { dtype: 'BF16' }));
    expect(rounded).toBeGreaterThan(1e-4);
    expect(rounded).toBeLessThan(0.5);
  });

  it("reads a tower's name that is written twice", async () => {
    const rename = (name: string): string => name.replace(/^(text_model|vision_model)\./, '$1.$1.');
    expect(await worst(await rewritten(`${family}/checkpoint`, { rename }))).toBeLessThan(1e-4);
  });

  it('names what is missing, of another shape, unexpected, or beyond float16', async () => {
    const renamed = await rewritten(`${family}/checkpoint`, { rename: (name) => name.replace('final_layer_norm', 'last_norm') });
    await expect(compile(renamed)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/missing \(2\):\s+text_model\.final_layer_norm.*unexpected \(2\):\s+text_model\.last_norm/s),
    });
    const huge = await rewritten(`${family}/checkpoint`, {
      change: (name, values) => name.endsWith('layers.1.mlp.fc1.weight') && values.fill(1e6),
    });
    await expect(compile(huge, 'fp16')).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringContaining('float16') });
  });
});

describe('several texts as one input', () => {
  const texts = [
    [5, 8, 9],
    [5, 9],
  ];
  const numbers = (data: ArrayLike<bigint | number> | undefined): number[] => Array.from(data ?? [], Number);

  it('are filled up behind the place where a causal text is read', () => {
    const { ids, mask, places } = textInputs(texts, { reading: 'causal', padToken: 1 });
    expect(ids?.shape).toEqual([2, 3]);
    expect(numbers(ids?.data)).toEqual([5, 8, 9, 5, 9, 9]);
    expect(numbers(mask?.data)).toEqual([1, 1, 1, 1, 1, 0]);
    expect(numbers(places?.data)).toEqual([2, 1]);
  });

  it('are read at the end token that a configuration names, or without it at the beginning', () => {
    expect(numbers(textInputs(texts, { reading: 'causal', padToken: 1, endToken: 8 }).places?.data)).toEqual([1, 0]);
    expect(numbers(textInputs([[5, 9, 3, 9]], { reading: 'causal', padToken: 1 }).places?.data)).toEqual([1]);
  });
});
