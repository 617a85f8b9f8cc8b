/** @file The runner against the recorded values of the reference: every case of every checkpoint, from pictures and ids to embeddings. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReaders } from '../../../core/readers/pool.ts';
import type { Stage } from '../../../models/compile/stage.ts';
import { runDecoder } from '../../../models/runtime/decoder-run.ts';
import { createMachine } from '../../../models/runtime/machine.ts';
import { decoderOf, openRunner, type Runner, widenedStages } from '../../../models/runtime/runner.ts';
import { openSession } from '../../../models/runtime/session.ts';
import type { RunStage } from '../../../models/runtime/stage-run.ts';
import { runVision } from '../../../models/runtime/vision-run.ts';
import { casesOf, type Golden, type GoldenCase, normalised, openGolden, projectedOf, sources, worstDifference } from './golden.ts';

/** Of unit-length vectors, against float32 arithmetic in another order; the reference differs from itself by 2e-6. */
const embeddingLimit = 2e-5;
/** Of values up to 5 that are not normalised. */
const tensorLimit = 1e-4;
/** Of a row in a batch to the same row alone. */
const batchLimit = 2e-6;

const readers = createReaders({ processes: 1 });
afterAll(() => readers.close());

/** Weights that stay in memory, and weights that pass through it. */
const runs = sources.flatMap((source) => [{ ...source, weights: 'resident' } as const, { ...source, weights: 'streamed' } as const]);

describe.each(runs)('$folder, $cases, $weights', ({ weights, ...source }) => {
  let golden: Golden;
  let runner: Runner;

  beforeAll(async () => {
    golden = await openGolden(source, readers);
    runner = await openRunner(golden.compiled, { threads: 1, ...(weights === 'streamed' && { memoryBytes: 0 }) });
  });
  afterAll(() => runner.close());

  it.each(casesOf(source))('gives $name the embedding of the reference', async (one) => {
    const sequences = await golden.sequences(one, runner);
    const { hidden } = await runner.lastHidden(sequences, { priority: 'index' });
    expect(worstDifference(hidden, await golden.tensor(one.last_hidden))).toBeLessThan(tensorLimit);
    const width = hidden.length / sequences.length;
    expect(worstDifference(normalised(hidden, width), await golden.tensor(one.embedding))).toBeLessThan(embeddingLimit);
  });

  it.each(casesOf(source).filter(({ name }) => name.startsWith('batch_')))('gives each row of $name what it gets alone', async (one) => {
    const sequences = await golden.sequences(one, runner);
    const { hidden: together } = await runner.lastHidden(sequences, { priority: 'index' });
    const width = together.length / sequences.length;
    expect(sequences.length).toBeGreaterThan(2);
    for (const [row, sequence] of sequences.entries()) {
      const { hidden: alone } = await runner.lastHidden([sequence], { priority: 'index' });
      const inBatch = normalised(together.subarray(row * width, (row + 1) * width), width);
      expect(worstDifference(inBatch, normalised(alone, width))).toBeLessThan(batchLimit);
    }
  });

  it.each(casesOf(source).filter(({ debug }) => debug))('computes $name as the reference does on the way', async (one) => {
    const found = await onTheWay(golden, one, runner, weights);
    for (const [key, values] of found) {
      expect(worstDifference(values, await golden.tensor(one.debug?.[key])), key).toBeLessThan(tensorLimit);
    }
  });
});

/** What the reference recorded between the stages, by its names. */
async function onTheWay(
  golden: Golden,
  one: GoldenCase,
  runner: Runner,
  weights: 'resident' | 'streamed',
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  const { compiled } = golden;
  const { vision, text } = compiled.model;
  const device = { name: 'cpu', attention: 'gqa', note: '' } as const;
  const machine = createMachine({
    device,
    open: (stage) => openSession(stage.model(), { threads: 1, weights: 'mapped' }),
    plan: () => () => false,
    ...(weights === 'streamed' && { widened: widenedStages(compiled, 1) }),
    idleMs: 1000,
  });
  const seen = async (passes: (run: RunStage) => Promise<unknown>): Promise<Map<Stage, Float32Array>> => {
    const last = new Map<Stage, Float32Array>();
    await machine.perform({ priority: 'index' }, 0, (run) =>
      passes(async (stage, tensors, outputs) => {
        const values = await run(stage, tensors, outputs);
        const [first] = outputs;
        // A copy: the pass gives its arrays back as it goes.
        if (first !== undefined) last.set(stage, values[first].slice());
        return values;
      }),
    );
    return last;
  };

  const [picture] = await golden.pictures(one);
  if (picture) {
    const stages = await seen((run) => runVision(compiled.vision, picture.pixels, picture.tiles, vision, run));
    const [selected = new Float32Array(), projected = new Float32Array()] = [...stages.values()].slice(-2);
    const tile = vision.tokens * vision.hiddenSize;
    // Without the class token.
    const patches = Array.from({ length: picture.tiles }, (_, n) => selected.subarray(n * tile + vision.hiddenSize, (n + 1) * tile));
    found.set('vision_selected', Float32Array.from(patches.flatMap((values) => [...values])));
    found.set('projected', projectedOf(projected, compiled.model));
  }
  const sequences = await golden.sequences(one, runner);
  const stages = await seen((run) => runDecoder(decoderOf(compiled, device), sequences, run));
  found.set('inputs_embeds', sequences[0]?.embeds ?? new Float32Array());
  const layer0 = stages.get(compiled.decoder[0]?.leave.at(-1) as Stage) ?? new Float32Array();
  expect(layer0.length % text.hiddenSize).toBe(0);
  found.set('layer0_out', layer0);
  await machine.close();
  return found;
}
