/** @file Small models as two graphs: the same answers as layer by layer, and the same promises. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { type CompiledVlm, compileVlm } from '../../../models/compile/vlm.ts';
import type { Sequence } from '../../../models/runtime/decoder-run.ts';
import { openRunner, type Runner } from '../../../models/runtime/runner.ts';
import { openFittingRunner, openWholeRunner } from '../../../models/runtime/whole-runner.ts';
import { worstDifference } from './golden.ts';
import { temporaryFolder } from './hand-made.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures');
const limit = 2e-6;
const query = { priority: 'query' } as const;
const index = { priority: 'index' } as const;

const opened = async (folder: string, options: Partial<Parameters<typeof compileVlm>[1]> = {}): Promise<CompiledVlm> =>
  compileVlm(await openCheckpoint(path.join(fixtures, folder)), { precision: 'exact', ...options });

/** As many tokens of the vocabulary as wanted, always the same. */
const tokens = (compiled: CompiledVlm, count: number): Promise<Float32Array> =>
  compiled.embed(Array.from({ length: count }, (_, place) => (place * 7919) % 1000));

const noise = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * 0.731));

describe.each(['smolvlm/checkpoint', 'llava-next-mistral/checkpoint', 'phi3-v/checkpoint'])('%s', (folder) => {
  let compiled: CompiledVlm;
  let [whole, layered]: [Runner, Runner] = [] as never;
  beforeAll(async () => {
    compiled = await opened(folder);
    [whole, layered] = [await openWholeRunner(compiled, { threads: 1 }), await openRunner(compiled, { threads: 1 })];
  });
  afterAll(() => Promise.all([whole.close(), layered.close()]));

  it('has the same states of many sequences, with pasts and without, as layer by layer', async () => {
    const width = compiled.model.text.hiddenSize;
    const long = await tokens(compiled, 90);
    const run = async (runner: Runner) => {
      const { kept } = await runner.lastHidden([{ embeds: long.subarray(0, 50 * width), keep: 40 }], index);
      expect(kept[0]?.tokens).toBe(40);
      const past = kept[0] && { past: kept[0] };
      const sequences: Sequence[] = [
        { embeds: long },
        { embeds: long.subarray(0, width) },
        { embeds: long.subarray(40 * width), ...past, keep: 60, positionsFor: 50 },
        { embeds: long.subarray(7 * width, 30 * width), positionsFor: 90 },
      ];
      const { hidden, kept: second } = await runner.lastHidden(sequences, index);
      expect(second.map((cache) => cache?.tokens)).toEqual([undefined, undefined, 60, undefined]);
      const longer = await runner.lastHidden([{ embeds: long.subarray(60 * width), ...(second[2] && { past: second[2] }) }], index);
      return { hidden, longer: longer.hidden };
    };
    const [found, expected] = [await run(whole), await run(layered)];
    expect(worstDifference(found.hidden, expected.hidden)).toBeLessThan(1e-5);
    expect(worstDifference(found.longer, expected.longer)).toBeLessThan(1e-5);
  });

  it('has the same features of several tiles', async () => {
    const { channels, imageSize } = compiled.model.vision;
    const pixels = noise(7 * channels * imageSize ** 2);
    const [found, expected] = [await whole.features(pixels, 7, index), await layered.features(pixels, 7, index)];
    expect(found).toHaveLength(7 * compiled.model.rowsPerTile * compiled.model.text.hiddenSize);
    expect(worstDifference(found, expected) / Math.max(...expected.map(Math.abs))).toBeLessThan(1e-5);
  });

  it('says the same words', async () => {
    const { hidden } = await layered.lastHidden([{ embeds: await tokens(compiled, 12) }], query);
    const [found, expected] = [await whole.topWords(hidden, 5, query), await layered.topWords(hidden, 5, query)];
    expect(found[0]?.map(({ id }) => id)).toEqual(expected[0]?.map(({ id }) => id));
  });
});

describe('a small model', () => {
  let compiled: CompiledVlm;
  let runner: Runner;
  let text: Sequence;
  beforeAll(async () => {
    compiled = await opened('smolvlm/checkpoint');
    text = { embeds: await tokens(compiled, 12) };
  });
  afterEach(() => runner.close());

  const open = async (options = {}) => {
    runner = await openFittingRunner(compiled, { threads: 1, ...options });
  };
  const sessionsAfter = async (sequence: Sequence) => {
    await runner.lastHidden([sequence], query);
    return runner.sessions;
  };

  it('is run whole where it fits the memory, and else layer by layer', async () => {
    await open();
    expect(await sessionsAfter(text)).toBe(1);
    await runner.close();
    await open({ memoryBytes: 100_000 });
    expect(await sessionsAfter(text)).toBeGreaterThan(3);
  });

  it('is run layer by layer where it has been cut short', async () => {
    runner = await openFittingRunner({ ...compiled, decoder: compiled.decoder.slice(1) }, { threads: 1 });
    expect(await sessionsAfter(text)).toBeGreaterThan(3);
  });

  it('gives its memory back on release and when nothing is asked, and warming opens what a text needs', async () => {
    await open({ idleMs: 50 });
    await runner.warm();
    expect(runner.sessions).toBe(1);
    expect(await sessionsAfter(text)).toBe(1);
    await runner.release();
    expect(runner.sessions).toBe(0);
    expect(await sessionsAfter(text)).toBe(1);
    await expect.poll(() => runner.sessions, { timeout: 5000 }).toBe(0);
  });

  it('reads long sequences in chunks that change nothing, and holds no more of them than is kept', async () => {
    await open();
    const { hiddenSize: width, kvHeads, headDim, layers } = compiled.model.text;
    const embeds = await tokens(compiled, 1500);
    let runs = 0;
    const { hidden, kept } = await runner.lastHidden([{ embeds, keep: 1300 }], { ...index, onProgress: () => runs++ });
    expect(runs).toBe(2);
    expect(kept[0]?.bytes).toBe(2 * layers * kvHeads * headDim * 1300 * 4);
    const rest = await runner.lastHidden([{ embeds: embeds.subarray(1300 * width), ...(kept[0] && { past: kept[0] }) }], index);
    expect(worstDifference(rest.hidden, hidden)).toBeLessThan(limit);
  });

  it('tells its progress, lets a text overtake a picture between two tiles, and notices an abort there', async () => {
    await open();
    const { channels, imageSize } = compiled.model.vision;
    const pixels = noise(4 * channels * imageSize ** 2);
    const ends: string[] = [];
    let asked: Promise<unknown> | undefined;
    const seen: number[] = [];
    const features = runner.features(pixels, 4, {
      ...index,
      onProgress(done, of) {
        seen.push(done / of);
        asked ??= runner.lastHidden([text], query).then(() => ends.push('text'));
      },
    });
    await features;
    ends.push('picture');
    await asked;
    expect(ends).toEqual(['text', 'picture']);
    expect(seen).toEqual([0.25, 0.5, 0.75, 1]);

    const stop = new AbortController();
    let last = 0;
    const stopped = runner.lastHidden([text, text, text], {
      ...index,
      signal: stop.signal,
      onProgress(done) {
        last = done;
        if (done === 2) stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(last).toBe(2);
    expect(await sessionsAfter(text)).toBe(2);
  });

  it('refuses sequences that it cannot read', async () => {
    await open();
    const { maxTokens, hiddenSize } = compiled.model.text;
    await expect(runner.lastHidden([{ embeds: new Float32Array((maxTokens + 1) * hiddenSize) }], query)).rejects.toMatchObject({
      code: 'bad-request',
    });
    await expect(runner.lastHidden([{ embeds: new Float32Array(hiddenSize + 1) }], query)).rejects.toMatchObject({ code: 'internal' });
    const nonsense = { embeds: new Float32Array(hiddenSize).fill(Number.NaN) };
    await expect(runner.lastHidden([nonsense], query)).rejects.toMatchObject({ code: 'engine-failed' });
  });

  it('answers the same with attention in plain operators', async () => {
    await open();
    const fused = await runner.lastHidden([text], query);
    await runner.close();
    await open({ device: { name: 'cpu', attention: 'plain', note: '' } });
    expect(worstDifference((await runner.lastHidden([text], query)).hidden, fused.hidden)).toBeLessThan(1e-5);
  });
});

it.each(['int8', 'int4', 'fp16'] as const)('in %s a small model answers as it does layer by layer', async (precision) => {
  const cache = temporaryFolder();
  const compiled = await opened('smolvlm/checkpoint', { precision, cache });
  const [whole, layered] = [await openWholeRunner(compiled, { threads: 1 }), await openRunner(compiled, { threads: 1 })];
  const sequences = [{ embeds: await tokens(compiled, 40) }, { embeds: await tokens(compiled, 9) }];
  const [found, expected] = [await whole.lastHidden(sequences, index), await layered.lastHidden(sequences, index)];
  // Between two graphs values are rounded to float32, inside of one they need not be.
  expect(worstDifference(found.hidden, expected.hidden)).toBeLessThan(precision === 'fp16' ? 2e-2 : 1e-4);
  await Promise.all([whole.close(), layered.close()]);
  rmSync(cache, { recursive: true, force: true });
});
