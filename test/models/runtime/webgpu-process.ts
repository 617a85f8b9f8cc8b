/** @file What webgpu.test.ts runs in a process whose environment has the software adapter: the golden cases on WebGPU, and an engine on it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReaders } from '../../../core/readers/pool.ts';
import { openCheckpointEngine } from '../../../models/checkpoint-engine.ts';
import { tryProvider } from '../../../models/runtime/provider-trial.ts';
import { chooseProvider } from '../../../models/runtime/providers.ts';
import { openRunner } from '../../../models/runtime/runner.ts';
import { type GoldenCase, normalised, openGolden, projectedOf, sources, worstDifference } from './golden.ts';

export type WebgpuResults = {
  readonly attention: string;
  readonly precisions: readonly string[];
  /** Where things ran in the end: a device that fails is replaced in silence. */
  readonly providers: readonly string[];
  readonly notes: readonly string[];
  /** Largest differences by case. */
  readonly features: readonly (readonly [string, number])[];
  readonly states: readonly (readonly [string, number])[];
  readonly embeddings: readonly (readonly [string, number])[];
  readonly engine: readonly (readonly [string, number])[];
  readonly words: number;
  /** Times the speed of the processor, where nobody insists on this device. */
  readonly speed: number;
  readonly checksOfSlow: number;
};

const threads = 2;
const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

async function results(): Promise<WebgpuResults> {
  const readers = createReaders({ processes: 1, log: () => undefined });
  const cache = await mkdtemp(path.join(tmpdir(), 'oneword-webgpu-'));
  try {
    const device = await chooseProvider({ threads, log: () => undefined });
    const [source] = sources;
    if (!source) throw new Error('There are no golden values.');
    const golden = await openGolden(source, readers);
    const runner = await openRunner(golden.compiled, { threads, device });
    const features: [string, number][] = [];
    const states: [string, number][] = [];
    const embeddings: [string, number][] = [];
    for (const one of golden.cases) {
      const [picture] = one.debug?.projected === undefined ? [] : await golden.pictures(one);
      if (picture) {
        const found = await runner.features(picture.pixels, picture.tiles, { priority: 'index' });
        features.push([one.name, worstDifference(projectedOf(found, golden.compiled.model), await golden.tensor(one.debug?.projected))]);
      }
      const sequences = await golden.sequences(one, runner);
      const { hidden } = await runner.lastHidden(sequences, { priority: 'index' });
      states.push([one.name, worstDifference(hidden, await golden.tensor(one.last_hidden))]);
      const width = hidden.length / sequences.length;
      embeddings.push([one.name, worstDifference(normalised(hidden, width), await golden.tensor(one.embedding))]);
    }
    const afterCases = runner.provider;
    await runner.close();

    const embedder = await openCheckpointEngine({
      ...{ id: 'golden', directory: path.join(fixtures, source.checkpoint), cache, threads, log: () => undefined },
      settings: { precision: 'exact', tiles: 'anyres', compat: '4.41' },
    });
    const recorded = (name: string): Promise<Float32Array> => golden.tensor(caseOf(golden.cases, name).embedding);
    const { data: text } = await embedder.text(['A dog sitting in the grass.']);
    const { picture } = await readers.read({ path: path.join(fixtures, 'images/square.png'), rasters: embedder.rasters('fast') });
    const { data: image, findings } = await embedder.image([picture]);
    const engine: [string, number][] = [
      ['text_short', worstDifference(text, await recorded('text_short'))],
      ['image_square', worstDifference(image, await recorded('image_square'))],
    ];
    const afterEngine = embedder.provider ?? { name: 'CPU', note: '' };
    await embedder.close();
    const unasked = await tryProvider('webgpu', { threads, forced: false });
    if ('failure' in unasked) throw new Error(unasked.failure);
    return {
      attention: device.attention,
      precisions: device.precisions,
      providers: [afterCases.name, afterEngine.name],
      notes: [device.note, afterCases.note, afterEngine.note],
      ...{ features, states, embeddings, engine },
      words: findings[0]?.words.length ?? 0,
      speed: unasked.speed ?? Number.NaN,
      checksOfSlow: unasked.checks.length,
    };
  } finally {
    await readers.close();
    await rm(cache, { recursive: true, force: true });
  }
}

function caseOf(cases: readonly GoldenCase[], name: string): GoldenCase {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`There is no case ${name}.`);
  return found;
}

results().then(
  (value) => process.send?.({ value }),
  (error: unknown) => process.send?.({ error: error instanceof Error ? error.stack : String(error) }),
);
