/** @file Missing and damaged weights are named, whole ones pass. */
import { cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLite } from '../../models/lite/engine.ts';
import { requireWeights, verifyWeights, weightFiles, weightsDirectory } from '../../models/weights.ts';

it('passes the committed weights', async () => {
  await expect(verifyWeights('lite')).resolves.toBeUndefined();
});

it('knows which models have weights', async () => {
  await expect(weightFiles('e5-v')).rejects.toThrow('Known: lite');
  await expect(verifyWeights('toString')).rejects.toMatchObject({ code: 'not-found' });
});

describe('with a copy of the weights', () => {
  let copy: string;
  beforeEach(async () => {
    copy = await mkdtemp(path.join(os.tmpdir(), 'oneword-weights-'));
    await cp(weightsDirectory, copy, { recursive: true });
  });
  afterEach(() => rm(copy, { recursive: true }));

  it('names a file that is missing', async () => {
    await rm(path.join(copy, 'lite-people/face.onnx'));
    const refusal = { code: 'model-missing', message: expect.stringContaining('lite-people/face.onnx is missing') };
    await expect(requireWeights('lite', copy)).rejects.toMatchObject(refusal);
    await expect(openLite({ threads: 1, weights: copy })).rejects.toMatchObject(refusal);
  });

  it('names a file that was cut short', async () => {
    await truncate(path.join(copy, 'lite/text.onnx'), 1000);
    await expect(openLite({ threads: 1, weights: copy })).rejects.toThrow('lite/text.onnx has 1000 bytes instead of 22928619');
  });

  it('names a file with other content of the same length', async () => {
    await writeFile(path.join(copy, 'lite/plurals.json'), ' '.repeat(29_698));
    await expect(requireWeights('lite', copy)).resolves.toBeUndefined();
    await expect(verifyWeights('lite', copy)).rejects.toThrow('lite/plurals.json is damaged');
  });

  it('can be opened again once a damaged network is back', async () => {
    const network = path.join(copy, 'lite/text.onnx');
    await writeFile(network, Buffer.alloc(22_928_619));
    const lite = await openLite({ threads: 1, weights: copy });
    await expect(lite.text(['a cat'])).rejects.toMatchObject({ code: 'model-missing', message: expect.stringContaining('text.onnx') });
    await cp(path.join(weightsDirectory, 'lite/text.onnx'), network);
    expect((await lite.text(['a cat'])).data).toHaveLength(464);
    await lite.close();
  });
});
