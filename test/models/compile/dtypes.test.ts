import path from 'node:path';
import { expect, it } from 'vitest';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { readShard } from '../../../models/checkpoint/safetensors.ts';
import { writeSafetensors } from '../../../models/checkpoint/write.ts';
import { requireHalfRange } from '../../../models/compile/half-range.ts';
import { type CompiledVlm, compileVlm } from '../../../models/compile/vlm.ts';
import { rewritten, temporaryFolder } from './rewritten.ts';
import { fixtures, floats, largestDifference, openGolden, runDecoder, runVision } from './run-stages.ts';

const fixture = 'llava-next-mistral/checkpoint';

async function run(compiled: CompiledVlm): Promise<{ hidden: Float32Array; features: Float32Array }> {
  const golden = await openGolden('llava-next-mistral', 'hf441');
  const pixels = await golden.tensor('image_wide.pixel_values');
  const { features } = await runVision(compiled, floats(pixels.data, ...pixels.shape.slice(1)));
  const embeds = (await golden.tensor('image_wide.inputs_embeds')).data;
  const { hidden } = await runDecoder(compiled, embeds, { form: 'gqa' });
  return { features, hidden };
}

/** The nearest bfloat16, as a float32. */
function toBrain(_name: string, values: Float32Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = ((bits[i] as number) + 0x8000) & 0xffff0000;
}

it('computes the same from BF16, F32 and any layout of names', async () => {
  const between = (name: string) =>
    name.startsWith('language_model.lm_head') ? name.slice(15) : `model.${name.replace('language_model.model.', 'language_model.')}`;
  const plain = await rewritten(fixture, { change: toBrain });
  const brain = await rewritten(fixture, { dtype: 'BF16', change: toBrain, rename: between });
  expect(brain.tensors.has('model.vision_tower.vision_model.pre_layrnorm.weight')).toBe(true);
  const [a, b] = await Promise.all([
    run(await compileVlm(plain, { precision: 'exact' })),
    run(await compileVlm(brain, { precision: 'exact' })),
  ]);
  // Not to the bit: where a weight needs no cast ONNX Runtime may choose another kernel.
  expect(largestDifference(a.features, b.features)).toBeLessThan(1e-5);
  expect(largestDifference(a.hidden, b.hidden)).toBeLessThan(1e-5);
});

it('draws the line of fp16 where numbers round to infinity, at any place of a tensor', async () => {
  const folder = await temporaryFolder();
  for (const [dtype, inside, beyond] of [
    ['F32', 65519.99, 65520],
    ['BF16', 65280, 65536],
  ] as const) {
    for (const [index, value] of [
      [0, inside],
      [2, -inside],
      [0, beyond],
      [1, -beyond],
      [2, beyond],
      [1, Number.NaN],
      [1, -Infinity],
    ] as const) {
      const file = path.join(folder, 'model.safetensors');
      const values = Float32Array.of(1, -2, 3);
      values[index] = value;
      await writeSafetensors(file, [{ name: 'w', dtype, shape: [3], values }]);
      const check = requireHalfRange(await readShard(file), {});
      await (Math.abs(value) === inside
        ? expect(check).resolves.toBeUndefined()
        : expect(check, `${dtype} ${value}`).rejects.toThrow(`w (${dtype} [3])`));
    }
  }
});

it('refuses fp16 for weights that overflow it, by name, and runs them otherwise', async () => {
  const name = 'language_model.model.layers.1.mlp.gate_proj.weight';
  for (const dtype of ['BF16', 'F32'] as const) {
    const huge = await rewritten(fixture, { dtype, change: (one, values) => one === name && values.fill(-70_000, 9999, 10_000) });
    await expect(compileVlm(huge, { precision: 'fp16' })).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining(`Choose exact, int8 or int4. They are in:\n  ${name} (${dtype} [160, 64])`),
    });
    await expect(compileVlm(huge, { precision: 'exact' })).resolves.toBeDefined();
  }
  const unused = await rewritten(fixture, {
    change: (one, values) => one === 'vision_tower.vision_model.post_layernorm.weight' && values.fill(1e6),
  });
  await expect(compileVlm(unused, { precision: 'fp16' })).resolves.toBeDefined();
});

// Floors of random weights of high gain, which amplify every rounding; measured 0.9995 and 0.877.
it.each([
  ['int8', 0.998],
  ['int4', 0.8],
] as const)('quantises the decoder alone to %s', async (precision, floor) => {
  const checkpoint = await openCheckpoint(path.join(fixtures, fixture));
  const cache = await temporaryFolder();
  const exact = await run(await compileVlm(checkpoint, { precision: 'exact' }));
  const compiled = await compileVlm(checkpoint, { precision, cache });
  const { features, hidden } = await run(compiled);
  expect(largestDifference(features, exact.features)).toBe(0);
  expect(cosineOfLast(hidden, exact.hidden)).toBeGreaterThan(floor);
  expect(cosineOfLast(hidden, exact.hidden)).toBeLessThan(0.999999);
  await expect(compileVlm(checkpoint, { precision })).rejects.toMatchObject({ code: 'bad-request' });
});

function cosineOfLast(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = a.length - 64; i < a.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}
