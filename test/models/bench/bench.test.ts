/** @file The whole benchmark over a toy: everything is measured in processes of its own, and told in one table. Times are not looked at. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openVlm } from '../../../models/arch/index.ts';
import { bench } from '../../../models/bench/bench.ts';
import { pictureLoads } from '../../../models/bench/flops.ts';
import { probe } from '../../../models/bench/probe.ts';
import { type BenchReport, layersMarkdown } from '../../../models/bench/report.ts';
import { type SyntheticCheckpoint, writeSynthetic } from '../../../models/bench/synthetic.ts';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import { shapeOf, type VlmShape } from '../../../models/hub/memory.ts';
import { tinyShape } from './tiny.ts';

// Of its own, so that other tests' folders are not taken for what was left behind.
const temporary = mkdtempSync(path.join(tmpdir(), 'oneword-test-'));
vi.stubEnv('TMPDIR', temporary);
afterAll(() => rmSync(temporary, { recursive: true }));

const folders = (): string[] => readdirSync(temporary).filter((name) => /^oneword-(bench|probe|self-test)-/.test(name));

describe('a benchmark', () => {
  const layers = 3;
  const said: string[] = [];
  let checkpoint: SyntheticCheckpoint;
  let report: BenchReport;

  beforeAll(async () => {
    checkpoint = await writeSynthetic(tinyShape, layers);
    report = await bench(await options());
  }, 300_000);
  afterAll(() => checkpoint.remove());

  async function options() {
    const shape = shapeOf(openVlm(await openCheckpoint(checkpoint.directory)));
    return {
      ...{ name: 'a toy', checkpoint: checkpoint.directory, cache: checkpoint.cache, synthetic: true, layers, threads: 1, seconds: 0 },
      shape: { ...shape, layers: 32 },
      picture: pictureLoads.anyres[0],
      precisions: ['exact', 'int8', 'int4'] as const,
      onProgress: (sentence: string) => said.push(sentence),
    };
  }

  it('measures every task in every precision', () => {
    expect(report.precisions.map(({ precision }) => precision)).toEqual(['exact', 'int8', 'int4']);
    for (const { text, picture, edit, vision, layers: costs } of report.precisions) {
      for (const { measured, ceilingRatio } of [text, picture, edit]) {
        expect(measured.few.length).toBeGreaterThan(0);
        expect(Number.isFinite(ceilingRatio)).toBe(true);
      }
      expect(vision.seconds).toBeGreaterThan(0);
      expect(costs.map(({ tokens }) => tokens)).toEqual([32, 640, 2340]);
    }
    expect(report.ceiling.operations).toBeGreaterThan(1e9);
    expect(said).toContain('int4, 28 tokens after 2340, 3 layers');
  });

  it('compares what quantised weights answer with the exact ones', () => {
    const [exact, int8, int4] = report.precisions;
    expect(exact?.cosine).toBeUndefined();
    for (const task of ['text', 'picture'] as const) {
      expect(int8?.cosine?.[task]).toBeGreaterThan(0.99);
      expect(int8?.cosine?.[task]).toBeLessThan(1);
      expect(int4?.cosine?.[task]).toBeGreaterThan(0.9);
      expect(int4?.cosine?.[task]).toBeLessThan(int8?.cosine?.[task] ?? 0);
    }
  });

  it.runIf(process.platform === 'linux')('tells the memory of each process, which is that of a process at least', () => {
    for (const { text, picture, peak } of report.precisions) {
      expect(text.ownMemory).toBeGreaterThan(20e6);
      expect(picture.ownMemory).toBeGreaterThan(20e6);
      expect(peak?.all).toBeGreaterThan(peak?.own ?? Number.POSITIVE_INFINITY);
    }
  });

  it.runIf(process.platform === 'linux')('adds what is kept of a picture for the layers that were not run', () => {
    const [exact] = report.precisions;
    const { kvHeads, headDim } = report.shape;
    const kept = 29 * 2 * kvHeads * headDim * report.picture.tokens * 4;
    expect((exact?.picture.ownMemory ?? 0) - (exact?.peak?.own ?? 0)).toBe(kept);
    expect(exact?.edit.ownMemory).toBeGreaterThan(kept);
  });

  it('says in its table what was measured and what was computed from it', () => {
    const text = layersMarkdown(report, { date: '2026-01-02', processor: 'a processor', cores: 2, memoryBytes: 8e9, system: 'Linux' });
    expect(text).toContain('**Extrapolated**: 3 decoder layers and 1 were run, and 32 computed from them');
    for (const precision of ['exact', 'int8', 'int4']) expect(text.match(new RegExp(`^\\| ${precision} \\|`, 'gm'))).toHaveLength(5);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('ends at once when it is interrupted, and leaves no folder behind', async () => {
    const stop = new AbortController();
    const running = bench({ ...(await options()), signal: stop.signal, onProgress: () => stop.abort('enough') });
    await expect(running).rejects.toBe('enough');
    expect(folders()).toEqual([]);
  });

  it('refuses to tell the cost of a layer from one layer', async () => {
    await expect(bench({ ...(await options()), layers: 1 })).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('a probe', () => {
  const vision = { layers: 2, hidden: 64, mlp: 128, tokens: 17, ends: 1e6 };
  const shape: VlmShape = {
    ...{ kind: 'vlm', layers: 4, hidden: 128, mlp: 256, kvHeads: 2, headDim: 32 },
    ...{ vision, tiles: 5, tileRows: 17 },
  };

  it.each(['exact', 'int8', 'int4'] as const)('tells what a picture and a text would take in %s', async (precision) => {
    const found = await probe(shape, { precision, seconds: 0.1, threads: 1 });
    expect(found.precision).toBe(precision);
    expect(found.secondsPerText).toBeGreaterThan(0);
    expect(found.secondsPerPicture).toBeGreaterThan(found.secondsPerText);
    expect(folders()).toEqual([]);
  });

  it('tells it of two encoders, and of a picture in one tile', async () => {
    const text = { layers: 2, hidden: 64, mlp: 128, vocabulary: 32, tokens: 4 };
    const dual = await probe({ kind: 'dual', dimension: 32, vision, text }, { seconds: 0.1, threads: 1 });
    expect(dual.precision).toBe('exact');
    expect(dual.secondsPerText).toBeGreaterThan(0);
    expect(dual.secondsPerPicture).toBeGreaterThan(dual.secondsPerText);
  });

  it('stops when nobody waits for it any more', async () => {
    const signal = AbortSignal.timeout(100);
    await expect(probe(shape, { seconds: 60, threads: 1, signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(folders()).toEqual([]);
  });
});
