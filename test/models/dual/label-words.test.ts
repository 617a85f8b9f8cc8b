import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type LabelWordsOptions, labelWords } from '../../../models/dual/label-words.ts';

/** A text's vector points where its letters say. */
async function embed(texts: readonly string[]): Promise<Float32Array> {
  const vectors = new Float32Array(texts.length * 26);
  for (const [i, text] of texts.entries()) {
    const row = vectors.subarray(i * 26, (i + 1) * 26);
    for (const letter of text.toLowerCase()) {
      const place = letter.charCodeAt(0) - 97;
      if (place >= 0 && place < 26) row[place] = (row[place] ?? 0) + 1;
    }
    row.set(row.map((value) => value / Math.hypot(...row)));
  }
  return vectors;
}

async function setUp(changes: Partial<LabelWordsOptions> = {}) {
  const cache = await mkdtemp(path.join(tmpdir(), 'oneword-words-'));
  onTestFinished(() => rm(cache, { recursive: true, force: true }));
  let read = 0;
  const counted = (texts: readonly string[]) => {
    read += texts.length;
    return embed(texts);
  };
  const lines: string[] = [];
  const options = {
    dimension: 26,
    logitScale: 100,
    space: 'test',
    cache,
    embed: counted,
    log: (line: string) => lines.push(line),
    ...changes,
  };
  return { cache, options, lines, read: () => read, goldfish: await embed(['a photo of a goldfish']) };
}

it('the nearest names are told, with probabilities that the scale makes sharp', async () => {
  const { options, goldfish } = await setUp();
  const [sharp = []] = await labelWords(options).say(goldfish, 5);
  const [flat = []] = await labelWords({ ...options, logitScale: 1 }).say(goldfish, 5);
  expect(sharp[0]?.text).toBe('goldfish');
  expect(sharp).toHaveLength(5);
  expect(sharp[0]?.probability).toBeGreaterThan(5 * (flat[0]?.probability ?? 1));
});

it('names are read once, and again where what was kept is not whole', async () => {
  const { cache, options, read, goldfish } = await setUp();
  const words = labelWords(options);
  await Promise.all([words.say(goldfish, 1), words.say(goldfish, 1)]);
  expect(read()).toBe(1000);
  const said = await labelWords(options).say(goldfish, 3);
  expect(read()).toBe(1000);
  const [file = ''] = await readdir(cache);
  await truncate(path.join(cache, file), 1000);
  expect(await labelWords(options).say(goldfish, 3)).toEqual(said);
  expect(read()).toBe(2000);
  await labelWords({ ...options, space: 'other' }).say(goldfish, 1);
  expect(read()).toBe(3000);
  expect(await readdir(cache)).toHaveLength(2);
});

it('somebody who waits for an answer gets one without words while the names are being read', async () => {
  const released = Promise.withResolvers<void>();
  const { options, goldfish } = await setUp({ patienceMs: 0 });
  const words = labelWords({ ...options, embed: (texts) => released.promise.then(() => embed(texts)) });
  expect(await words.sayAtOnce(goldfish, 3)).toEqual([[]]);
  const stored = words.say(goldfish, 3);
  released.resolve();
  expect(await words.sayAtOnce(goldfish, 3)).toEqual([[]]);
  expect(await stored).toEqual([expect.arrayContaining([expect.objectContaining({ text: 'goldfish' })])]);
  expect(await words.sayAtOnce(goldfish, 3)).toEqual(await stored);
});

it('words are told where they cannot be kept, and a failure is not for ever', async () => {
  const { cache, options, lines, goldfish } = await setUp();
  await writeFile(path.join(cache, 'file'), '');
  const [unkept = []] = await labelWords({ ...options, cache: path.join(cache, 'file') }).say(goldfish, 1);
  expect(unkept[0]?.text).toBe('goldfish');
  expect(lines.at(-1)).toMatch(/could not be kept in .*file \((EEXIST|ENOTDIR)\)/);

  let failures = 1;
  const flaky = labelWords({
    ...options,
    embed: (texts) => (failures-- > 0 ? Promise.reject(new Error('out of order')) : embed(texts)),
  });
  await expect(flaky.say(goldfish, 1)).rejects.toThrow('out of order');
  expect((await flaky.say(goldfish, 1))[0]?.[0]?.text).toBe('goldfish');
});
