/** @file WebGPU on a software adapter: every golden case, with the limits that hold for the CPU, and an engine on it. Skipped aloud without one. */
import { fork } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { softwareAdapter } from './software-adapter.ts';
import type { WebgpuResults } from './webgpu-process.ts';

/** Of unit-length vectors. Measured: 1.5e-6. */
const embeddingLimit = 2e-5;
/** Of values up to 5 that are not normalised. Measured: 1.3e-5. */
const tensorLimit = 1e-4;

const adapter = await softwareAdapter();
const missing = 'missing' in adapter ? adapter.missing : undefined;
if (missing !== undefined) console.warn(`WebGPU is not tested: ${missing}.`);

describe.skipIf(missing !== undefined)(`WebGPU on a software adapter${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let found: WebgpuResults;

  // Shaders are compiled on the processor: a minute and a half of it.
  beforeAll(async () => {
    found = await resultsOf('env' in adapter ? adapter.env : {});
  }, 600_000);

  it('finds by its self-test that the attention operator is wrong there, and that there is no float16', () => {
    expect(found.attention).toBe('plain');
    expect(found.precisions).toEqual(['exact', 'int4']);
  });

  it('is not used unless it is asked for, since it is slower than the processor', () => {
    expect(found.speed).toBeLessThan(1);
    expect(found.checksOfSlow).toBe(0);
  });

  it('stays on the device to the end, and says that it does', () => {
    expect(found.providers).toEqual(['WebGPU', 'WebGPU']);
    for (const note of found.notes) expect(note).toMatch(/^On this device WebGPU is wrong in one operator/);
  });

  it('computes the features of pictures as the reference does', () => {
    expect(found.features.length).toBeGreaterThan(1);
    for (const [name, difference] of found.features) expect(difference, name).toBeLessThan(tensorLimit);
  });

  it('computes the last state and the embedding of every case as the reference does', () => {
    expect(found.states.length).toBeGreaterThan(30);
    for (const [name, difference] of found.states) expect(difference, name).toBeLessThan(tensorLimit);
    for (const [name, difference] of found.embeddings) expect(difference, name).toBeLessThan(embeddingLimit);
  });

  it('gives an engine the recorded vectors, and words', () => {
    for (const [name, difference] of found.engine) expect(difference, name).toBeLessThan(embeddingLimit);
    expect(found.words).toBeGreaterThan(0);
  });
});

function resultsOf(env: Readonly<Record<string, string>>): Promise<WebgpuResults> {
  const child = fork(path.join(import.meta.dirname, 'webgpu-process.ts'), [], {
    env: { ...process.env, ...env, ONEWORD_PROVIDER: 'webgpu' },
    execArgv: [],
    serialization: 'advanced',
  });
  return new Promise<WebgpuResults>((resolve, reject) => {
    child.on('message', (message) => {
      const { value, error } = message as { value?: WebgpuResults; error?: string };
      if (value) resolve(value);
      else reject(new Error(error));
    });
    child.on('close', (code, signal) => reject(new Error(`The process ended with ${signal ?? code}.`)));
  }).finally(() => child.kill());
}
