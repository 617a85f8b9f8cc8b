import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Embedder } from '../../../core/indexing/embedder.ts';
import { createReaders } from '../../../core/readers/pool.ts';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { openCheckpointEngine } from '../../../models/checkpoint-engine.ts';
import { defaultSettings, type EngineSettings } from '../../../models/hub/settings.ts';
import { writeExport } from './exported.ts';
import { checkpointOf, fixtures, largestDifference, openGolden } from './golden.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'oneword-exported-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const projected = { vision: 'image_embeds', text: 'text_embeds' };
const pooled = { vision: 'pooler_output', text: 'pooler_output' };

function open(directory: string, precision: EngineSettings['precision'] = 'auto'): Promise<Embedder> {
  const settings = { ...defaultSettings, precision };
  return openCheckpointEngine({ id: 'exported', directory, cache: folder, threads: 1, log: () => undefined, settings });
}

it.each([
  ['clip', projected],
  ['siglip', pooled],
] as const)('an export of %s gives the recorded vectors', async (family, results) => {
  const directory = path.join(folder, family);
  await writeExport(checkpointOf(family), directory, { suffix: '', results });
  const embedder = await open(directory);
  const readers = createReaders({ processes: 1, log: () => undefined });
  const golden = await openGolden({ family, cases: 'cases.hf441' });
  for (const { name, texts, images, embedding } of golden.cases) {
    if (embedding === undefined || name.includes('exif')) continue;
    const file = path.join(fixtures, 'images', images[0] ?? '');
    const { data } =
      images.length > 0
        ? await embedder.image([(await readers.read({ path: file, rasters: embedder.rasters('fast') })).picture], { priority: 'query' })
        : await embedder.text(texts);
    expect(largestDifference(data, (await golden.tensor(embedding)).data), name).toBeLessThan(2e-5);
  }
  expect(embedder.space).toMatchObject({ precision: 'fp32', composition: 'arithmetic' });
  expect(embedder.provider?.name).toBe('CPU');
  await Promise.all([embedder.close(), readers.close()]);
});

it('a smaller form is taken by its precision, in a space of its own', async () => {
  const directory = path.join(folder, 'forms');
  await writeExport(checkpointOf('clip'), directory, { suffix: '', results: projected });
  await writeExport(checkpointOf('clip'), directory, { suffix: '_fp16', results: projected, type: 'float16' });
  const [exact, half] = [await open(directory, 'exact'), await open(directory, 'fp16')];
  expect(half.space.id).not.toBe(exact.space.id);
  const [a, b] = [await exact.text(['a dog']), await half.text(['a dog'])];
  expect(largestDifference(a.data, b.data)).toBeGreaterThan(0);
  expect(largestDifference(a.data, b.data)).toBeLessThan(1e-3);
  await expect(open(directory, 'int8')).rejects.toMatchObject({ code: 'model-missing', message: expect.stringContaining('exact, fp16') });
  await Promise.all([exact.close(), half.close()]);
});

it('an export is identified by its files, weights beside them included', async () => {
  const directory = path.join(folder, 'identity');
  await writeExport(checkpointOf('clip'), directory, { suffix: '', results: projected });
  const { tensors, revision } = await openCheckpoint(directory);
  expect([...tensors.keys()]).toEqual(
    ['text_model.onnx', 'text_model.onnx_data', 'vision_model.onnx', 'vision_model.onnx_data'].map((name) => `onnx/${name}`),
  );
  await writeExport(checkpointOf('clip'), directory, { suffix: '', results: pooled });
  expect((await openCheckpoint(directory)).revision).not.toBe(revision);
});

it('what cannot be given to an export is said before anything is computed', async () => {
  const directory = path.join(folder, 'half-pixels');
  await writeExport(checkpointOf('siglip'), directory, { suffix: '', results: pooled, pixels: 'float16' });
  const embedder = await open(directory);
  const square = { width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) };
  await expect(embedder.image([{ width: 64, height: 64, rasters: [square] }])).rejects.toMatchObject({
    code: 'model-invalid',
    message: expect.stringMatching(/pixel_values as float16/),
  });
  await embedder.close();

  const named = path.join(folder, 'other-names');
  await writeExport(checkpointOf('siglip'), named, { suffix: '', results: { vision: 'x', text: 'y' } });
  const other = await open(named);
  await expect(other.text(['a dog'])).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringMatching(/answers y/) });
  await other.close();
});

it('folders whose ONNX files are no pair of encoders are refused with the reason', async () => {
  const directory = path.join(folder, 'pairs');
  await writeExport(checkpointOf('clip'), directory, { suffix: '', results: projected });
  const onnx = path.join(directory, 'onnx');
  await rename(path.join(onnx, 'text_model.onnx'), path.join(onnx, 'text_model_fp16.onnx'));
  await expect(open(directory)).rejects.toMatchObject({ code: 'model-missing', message: expect.stringContaining('without its fellow') });
  for (const name of await readdir(onnx)) await rm(path.join(onnx, name));
  await mkdir(onnx, { recursive: true });
  await writeExport(checkpointOf('clip'), path.join(folder, 'whole'), { suffix: '', results: projected });
  await rename(path.join(folder, 'whole', 'onnx', 'text_model.onnx'), path.join(onnx, 'model.onnx'));
  await expect(open(directory)).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringContaining('in one file') });
});
