/** @file Small models measured whole, from their weights to the table. Times are not looked at. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { benchModel, benchSynthetic, markdownOf } from '../../../models/bench/model-bench.ts';
import { type SyntheticCheckpoint, writeSynthetic } from '../../../models/bench/synthetic.ts';
import type { WholeReport } from '../../../models/bench/whole-report.ts';
import { tinyClip, tinyShape } from './tiny.ts';

// Of its own, so that other tests' folders are not taken for what was left behind.
const temporary = mkdtempSync(path.join(tmpdir(), 'oneword-test-'));
vi.stubEnv('TMPDIR', temporary);
afterAll(() => rmSync(temporary, { recursive: true }));

const machine = { date: '2026-01-02', processor: 'a processor', cores: 2, memoryBytes: 8e9, system: 'Linux' };
const options = { layers: 2, threads: 1, seconds: 0 };

async function reportOf(checkpoint: SyntheticCheckpoint, precisions?: readonly ('exact' | 'int8')[]): Promise<WholeReport> {
  const subject = { name: 'a toy', checkpoint: checkpoint.directory, cache: checkpoint.cache, synthetic: true };
  const report = await benchModel(subject, { ...options, precisions });
  if (report.kind !== 'whole') throw new Error('A toy should be measured whole.');
  return report;
}

describe('two encoders', () => {
  let checkpoint: SyntheticCheckpoint;
  beforeAll(async () => {
    checkpoint = await writeSynthetic(tinyClip);
  });
  afterAll(() => checkpoint.remove());

  it('are measured with one and with eight pictures and texts', async () => {
    const report = await reportOf(checkpoint);
    expect(report.shape).toMatchObject({ kind: 'dual', dimension: 24 });
    expect(report.tasks.map(({ name, batch }) => [name, batch])).toEqual([
      ['picture', 1],
      ['picture', 8],
      ['text, 16 tokens', 1],
      ['text, 16 tokens', 8],
    ]);
    for (const { seconds, ceilingRatio, precision } of report.tasks) {
      expect(precision).toBe('exact');
      expect(seconds).toBeGreaterThan(0);
      expect(ceilingRatio).toBeGreaterThan(0);
    }
    const text = markdownOf(report, machine);
    expect(text.match(/^\| exact \|/gm)).toHaveLength(4);
    expect(text).not.toMatch(/NaN|undefined|Infinity|transformers\.js/);
    expect(readdirSync(temporary)).toEqual([path.basename(checkpoint.directory)]);
  }, 120_000);

  it('are not run in precisions that they do not have', async () => {
    await expect(reportOf(checkpoint, ['int8'])).rejects.toThrow(
      'a toy is not run in int8: two encoders are small. Allowed are exact and fp16.',
    );
  });
});

describe('a small language model', () => {
  it('is measured whole, with nothing extrapolated', async () => {
    const checkpoint = await writeSynthetic(tinyShape, 3);
    try {
      const report = await reportOf(checkpoint, ['exact', 'int8']);
      expect(report.shape).toMatchObject({ kind: 'vlm', layers: 3 });
      expect(report.tasks.map(({ precision, name }) => `${precision}: ${name}`)).toEqual(
        ['exact', 'int8'].flatMap((precision) => [
          `${precision}: text, 32 tokens`,
          `${precision}: picture, 5 tiles, 2340 tokens`,
          `${precision}: further edit, 28 tokens after 2340`,
        ]),
      );
      expect(markdownOf(report, machine)).not.toMatch(/NaN|undefined|Extrapolated/);
    } finally {
      await checkpoint.remove();
    }
  }, 120_000);

  it('is not compared with what has no counterpart, and nothing is installed for it', async () => {
    const peer = vi.fn(async () => 'transformers.js');
    await expect(benchSynthetic('phi3-v', { ...options, peer })).rejects.toThrow('phi3-v has no counterpart in transformers.js');
    expect(peer).not.toHaveBeenCalled();
  });
});

it('lists the shapes where it is asked for one that it does not know', async () => {
  await expect(benchSynthetic('list', options)).rejects.toThrow(/clip-l14-336: .*\n.*siglip-b16: /);
});

it('a few layers of a large model stand for all of it', async () => {
  const checkpoint = await writeSynthetic(tinyShape, 2);
  const subject = { name: 'a toy', checkpoint: checkpoint.directory, cache: checkpoint.cache, synthetic: true, layers: 100_000 };
  const report = await benchModel(subject, { ...options, precisions: ['exact'] });
  await checkpoint.remove();
  expect(report.kind).toBe('layers');
}, 120_000);
