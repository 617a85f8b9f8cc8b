/** @file Recall of the embedded engine: on the sample pictures always, on Tux Paint's stamps where Debian's package is installed. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder } from '../../core/indexing/embedder.ts';
import { type CaptionReport, evaluateCaptions, readCaptions } from '../../eval/captions.ts';
import { openEmbedder } from '../../models/registry.ts';
import { decode, pictureFor, samples } from '../models/lite/decode.ts';

const fixtures = path.resolve(import.meta.dirname, '../fixtures/eval');
const stamps = process.env.ONEWORD_STAMPS ?? '/usr/share/tuxpaint/stamps';
const hasStamps = existsSync(stamps);

let embedder: Embedder;
beforeAll(async () => {
  embedder = await openEmbedder('lite', { threads: 2 });
});
afterAll(() => embedder.close());

async function evaluate(list: string, fileOf: (name: string) => string): Promise<CaptionReport> {
  const entries = await readCaptions(path.join(fixtures, list));
  return evaluateCaptions({ entries, embedder, read: async (name) => pictureFor(embedder, await decode(fileOf(name))) });
}

/** Three decimals, as the tables have them. */
const rounded = (report: CaptionReport): object =>
  JSON.parse(JSON.stringify(report, (_, v) => (typeof v === 'number' ? Math.round(v * 1000) / 1000 : v)));

describe('recall', () => {
  it('on the sample pictures is far above chance', async () => {
    const { pictures, textToPicture, pictureToText } = await evaluate('samples.json', (name) => path.join(samples, name));
    expect(pictures).toBe(15);
    expect(textToPicture).toMatchObject({ queries: 15 });
    expect(textToPicture.at1).toBeGreaterThanOrEqual(0.6);
    expect(textToPicture.at5).toBeGreaterThanOrEqual(0.8);
    expect(pictureToText.at1).toBeGreaterThanOrEqual(0.6);
  });

  it.skipIf(!hasStamps)(`on the stamps of ${stamps} is the reference engine's`, async () => {
    const report = await evaluate('stamps-dev.json', (name) => path.join(stamps, `${name.replaceAll('__', '/').slice(0, -4)}.png`));
    console.warn('stamps, dev split:', JSON.stringify(rounded(report)));
    expect(report.pictures).toBe(182);
    expect(report.textToPicture.queries).toBe(170);
    expect(report.textToPicture.at1).toBeGreaterThan(0.4);
    expect(report.textToPicture.at5).toBeGreaterThan(0.62);
    expect(report.pictureToText.at1).toBeGreaterThan(0.38);
  });

  if (!hasStamps) console.warn(`skipped: recall on Tux Paint's stamps, for there are none at ${stamps} (Debian: tuxpaint-stamps-default)`);
});

describe('a caption file', () => {
  it('that is missing or something else is refused by name', async () => {
    await expect(readCaptions('/nowhere/captions.json')).rejects.toMatchObject({ code: 'not-found' });
    await expect(readCaptions(path.join(fixtures, 'README.md'))).rejects.toThrow('README.md is not a caption file');
  });
});
