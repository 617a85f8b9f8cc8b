/** @file The graphs that transformers.js is given: in its layout, and with our vectors, or the comparison would be of different things. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DualEncoder } from '../../../../models/arch/architecture.ts';
import { openModel } from '../../../../models/arch/index.ts';
import { leastCosine } from '../../../../models/bench/cosine.ts';
import { writePeerModel } from '../../../../models/bench/peer/write.ts';
import { sampleTexts } from '../../../../models/bench/samples.ts';
import type { SyntheticShape } from '../../../../models/bench/shapes.ts';
import { writeSynthetic } from '../../../../models/bench/synthetic.ts';
import { openCheckpoint } from '../../../../models/checkpoint/checkpoint.ts';
import { compileDual } from '../../../../models/dual/compile.ts';
import { outputName } from '../../../../models/graph/plan.ts';
import { gaussian } from '../../../../models/runtime/gaussian.ts';
import { type ModelSource, openSession, type TensorInput } from '../../../../models/runtime/session.ts';
import { tinyClip, tinyShape, tinySiglip } from '../tiny.ts';

const made: (() => unknown)[] = [];
afterEach(async () => {
  for (const remove of made.splice(0)) await remove();
});

async function written(shape: SyntheticShape) {
  const { directory, remove } = await writeSynthetic(shape, shape.layers && 2);
  const folder = mkdtempSync(path.join(tmpdir(), 'oneword-test-peer-'));
  made.push(remove, () => rmSync(folder, { recursive: true }));
  await writePeerModel(directory, folder);
  const checkpoint = await openCheckpoint(directory);
  return { folder, checkpoint, model: openModel(checkpoint) as DualEncoder };
}

async function answer(model: ModelSource, inputs: Record<string, TensorInput>, output: string): Promise<Float32Array> {
  const session = await openSession(model, { threads: 1 });
  try {
    return (await session.run(inputs))[output] ?? new Float32Array();
  } finally {
    await session.close();
  }
}

describe.each([
  ['CLIP', tinyClip, 'image_embeds', 'text_embeds', 7],
  ['SigLIP', tinySiglip, 'pooler_output', 'pooler_output', 12],
] as const)('the counterpart of %s', (_, shape, imageOutput, textOutput, tokens) => {
  it('lies where transformers.js looks for it', async () => {
    const { folder } = await written(shape);
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'onnx']);
    expect(readdirSync(path.join(folder, 'onnx')).sort()).toEqual(
      ['text_model.onnx', 'text_model.onnx_data', 'vision_model.onnx', 'vision_model.onnx_data'].sort(),
    );
  });

  it('answers the same vectors as our graphs', async () => {
    const { folder, checkpoint, model } = await written(shape);
    const compiled = await compileDual(model, checkpoint, 'exact');
    const pixels = { data: gaussian(3 * 3 * 32 * 32, 1), shape: [3, 3, 32, 32] };
    const ids = { data: sampleTexts(3, tokens, 100), shape: [3, tokens] };
    const places = { data: new BigInt64Array(3).fill(BigInt(tokens - 1)), shape: [3] };
    const ours = {
      pictures: await answer(compiled.vision.model(), { pixel_values: pixels }, outputName('embedding')),
      texts: await answer(
        compiled.text.model(),
        compiled.text.inputs.includes('places') ? { ids, places } : { ids },
        outputName('embedding'),
      ),
    };
    const theirs = {
      pictures: await answer(path.join(folder, 'onnx', 'vision_model.onnx'), { pixel_values: pixels }, imageOutput),
      texts: await answer(path.join(folder, 'onnx', 'text_model.onnx'), { input_ids: ids }, textOutput),
    };
    expect(leastCosine(ours.pictures, theirs.pictures, 3)).toBeGreaterThan(0.99999);
    expect(leastCosine(ours.texts, theirs.texts, 3)).toBeGreaterThan(0.99999);
    // Random weights could make all vectors alike, and then this would tell nothing.
    expect(
      leastCosine(ours.pictures.subarray(0, model.dimension), theirs.pictures.subarray(model.dimension, 2 * model.dimension), 1),
    ).toBeLessThan(0.999);
  });
});

it('is not made of a language model', async () => {
  await expect(written(tinyShape)).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('not for llava_next') });
});
