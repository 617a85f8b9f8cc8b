/** @file Downloads of encoders that others exported to ONNX: one precision of several, in a folder of its own. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listInstalled } from '../../../models/hub/installed.ts';
import { bytesPulled, type PullOptions, pull } from '../../../models/hub/pull.ts';
import { writeExport } from '../dual/exported.ts';
import { type Hub, startHub } from './hub-server.ts';

const repo = 'someone/tiny';
const patience = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1, silenceMs: 10_000 };

describe('an engine that was exported to ONNX', () => {
  const source = {
    id: 'exported',
    name: 'Exported',
    repo,
    revision: 'main',
    architecture: 'clip',
    shape: { kind: 'dual' },
    exported: 'int8',
  } as const;
  let home: string;
  let folder: string;
  let hub: Hub;

  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'oneword-hub-'));
    folder = await mkdtemp(path.join(tmpdir(), 'oneword-export-'));
    const results = { vision: 'image_embeds', text: 'text_embeds' };
    const clip = path.resolve(import.meta.dirname, '../../fixtures/clip/checkpoint');
    for (const suffix of ['_quantized', '_fp16']) await writeExport(clip, folder, { suffix, results });
    hub = await startHub(repo, folder);
  });

  afterEach(async () => {
    await hub.close();
    for (const place of [home, folder]) await rm(place, { recursive: true, force: true });
  });

  const install = (options: Partial<PullOptions> = {}) => pull(source, { home, env: { HF_ENDPOINT: hub.url }, patience, ...options });

  it('comes in one precision, into the folder where it is looked for', async () => {
    const installed = await install();
    expect(installed).toMatchObject({ architecture: 'clip', shape: { kind: 'dual', dimension: 40 } });
    expect((await readdir(path.join(installed.directory, 'onnx'))).toSorted()).toEqual([
      'text_model_quantized.onnx',
      'text_model_quantized.onnx_data',
      'vision_model_quantized.onnx',
      'vision_model_quantized.onnx_data',
    ]);
    expect(await bytesPulled(home, 'exported')).toBe(installed.bytes);
    expect(await listInstalled(home)).toEqual([installed]);
  });

  it('has no other precisions', async () => {
    await expect(install({ settings: { precision: 'fp16' } })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('Allowed: auto, int8'),
    });
    expect(hub.seen).toEqual([]);
  });

  it('is refused where one of its towers is missing', async () => {
    hub.files.delete('onnx/text_model_quantized.onnx');
    await expect(install()).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringContaining('onnx/text_model_quantized.onnx'),
    });
  });
});
