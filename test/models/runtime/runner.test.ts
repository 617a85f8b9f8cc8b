/** @file What a runner promises beside its numbers: prefixes, bounds, order, cancelling, words. */
import { rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createReaders } from '../../../core/readers/pool.ts';
import type { Sequence } from '../../../models/runtime/decoder-run.ts';
import { openRunner, type Runner, type RunnerOptions } from '../../../models/runtime/runner.ts';
import { type Golden, joined, openGolden, projectedOf, sources, worstDifference } from './golden.ts';
import { temporaryFolder } from './hand-made.ts';

const limit = 2e-6;
const query = { priority: 'query' } as const;
const index = { priority: 'index' } as const;

const readers = createReaders({ processes: 1 });
let golden: Golden;
let runner: Runner;
let width: number;
let picture: Sequence;
let text: Sequence;

beforeAll(async () => {
  const [source] = sources;
  if (!source) throw new Error('There are no golden cases.');
  golden = await openGolden(source, readers);
  width = golden.compiled.model.text.hiddenSize;
  const first = await openRunner(golden.compiled, { threads: 1 });
  [picture, text] = [await only(first, 'composed_square'), await only(first, 'text_short')];
  await first.close();
});
afterAll(() => readers.close());
afterEach(() => runner.close());

async function only(first: Runner, name: string): Promise<Sequence> {
  const one = golden.cases.find((candidate) => candidate.name === name);
  const [sequence] = one ? await golden.sequences(one, first) : [];
  if (!sequence) throw new Error(`There is no case ${name}.`);
  return sequence;
}

async function open(options: Partial<RunnerOptions> = {}): Promise<void> {
  runner = await openRunner(golden.compiled, { threads: 1, ...options });
}

async function hiddenOf(...sequences: Sequence[]): Promise<Float32Array> {
  return (await runner.lastHidden(sequences, index)).hidden;
}

/** As many tokens of the vocabulary as wanted, always the same. */
async function tokens(count: number): Promise<Float32Array> {
  return golden.compiled.embed(Array.from({ length: count }, (_, place) => (place * 7919) % 2000));
}

function cut(embeds: Float32Array, from: number, to = embeds.length / width): Float32Array {
  return embeds.subarray(from * width, to * width);
}

describe('prefixes', () => {
  it('give a longer sequence the state that it has without them', async () => {
    await open();
    const whole = await hiddenOf(picture);
    for (const first of [1, 60, 100]) {
      const { kept } = await runner.lastHidden([{ embeds: cut(picture.embeds, 0, first + 1), keep: first }], index);
      const [past] = kept;
      expect(past?.tokens).toBe(first);
      const rest = await hiddenOf({ embeds: cut(picture.embeds, first), ...(past && { past }) });
      expect(worstDifference(rest, whole)).toBeLessThan(limit);
    }
  });

  it('can be kept longer than they were, and several at once beside sequences without', async () => {
    await open();
    const long = await tokens(40);
    const [wholePicture, wholeLong] = [await hiddenOf(picture), await hiddenOf({ embeds: long })];
    const { kept: first } = await runner.lastHidden(
      [{ embeds: cut(picture.embeds, 0, 50), keep: 50 }, text, { embeds: cut(long, 0, 9), keep: 7 }],
      index,
    );
    expect(first.map((cache) => cache?.tokens)).toEqual([50, undefined, 7]);
    const [pictureCache, , longCache] = first;
    const { kept: second } = await runner.lastHidden(
      [{ embeds: cut(picture.embeds, 50, 90), keep: 80, ...(pictureCache && { past: pictureCache }) }],
      index,
    );
    const [longer] = second;
    const { hidden } = await runner.lastHidden(
      [
        { embeds: cut(picture.embeds, 80), ...(longer && { past: longer }) },
        { embeds: cut(long, 7), ...(longCache && { past: longCache }) },
      ],
      index,
    );
    expect(worstDifference(hidden, joined([wholePicture, wholeLong]))).toBeLessThan(limit);
  });

  it('say how many bytes they are, and hold no more', async () => {
    await open();
    const { kvHeads, headDim, layers } = golden.compiled.model.text;
    const { kept } = await runner.lastHidden([{ embeds: picture.embeds, keep: 10 }], index);
    const bytes = 2 * layers * kvHeads * headDim * 10 * 4;
    expect(kept[0]?.bytes).toBe(bytes);
    const buffers = new Set(kept[0]?.layers.flatMap(({ k, v }) => [k.buffer, v.buffer]));
    expect([...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBe(bytes);
  });
});

describe('long and many sequences', () => {
  it('do not depend on where a sequence is cut into chunks', async () => {
    await open();
    const embeds = await tokens(1300); // two chunks of 512 queries and more, two blocks of 1,200 rows
    const whole = await hiddenOf({ embeds });
    const { kept } = await runner.lastHidden([{ embeds: cut(embeds, 0, 301), keep: 300 }], index);
    const rest = await hiddenOf({ embeds: cut(embeds, 300), ...(kept[0] && { past: kept[0] }) });
    expect(worstDifference(rest, whole)).toBeLessThan(limit);
  });

  it('go in groups that a budget of tokens bounds, and come back in their order', async () => {
    await open();
    const long = await tokens(2000);
    const many = [long, text.embeds, long, picture.embeds, long, cut(long, 5), text.embeds].map((embeds) => ({ embeds }));
    const alone: Float32Array[] = [];
    for (const sequence of many) alone.push(await hiddenOf(sequence));
    const heard: number[] = [];
    let all = 0;
    const { hidden } = await runner.lastHidden(many, {
      ...index,
      onProgress(done, of) {
        heard.push(done);
        all = of;
      },
    });
    expect(worstDifference(hidden, joined(alone))).toBeLessThan(limit);
    expect(heard).toEqual(Array.from({ length: all }, (_, done) => done + 1));
  });

  it('that are longer than the model reads are refused with both numbers', async () => {
    await open();
    const { maxTokens } = golden.compiled.model.text;
    const tooLong = runner.lastHidden([{ embeds: new Float32Array((maxTokens + 1) * width) }], query);
    await expect(tooLong).rejects.toMatchObject({ code: 'bad-request', message: expect.stringMatching(`${maxTokens + 1}.*${maxTokens}`) });
  });
});

describe('memory', () => {
  it('keeps a small model open, a larger one not at all, and the answer is the same', async () => {
    await open();
    const resident = await hiddenOf(picture, text);
    expect(runner.sessions).toBeGreaterThan(golden.compiled.decoder.length);
    await runner.close();
    await open({ memoryBytes: 0 });
    const streamed = await hiddenOf(picture, text);
    // Attention and the norm, which have no weights to speak of, and the five kinds of stages that layers are made of.
    expect(runner.sessions).toBe(8);
    expect(worstDifference(streamed, resident)).toBeLessThan(limit);
  });

  it('is given back on release, and warming opens all that a text needs', async () => {
    await open();
    await runner.warm();
    const warm = runner.sessions;
    await hiddenOf(text);
    expect(runner.sessions).toBe(warm);
    await runner.release();
    expect(runner.sessions).toBe(0);
    expect((await hiddenOf(text)).length).toBe(width);
  });
});

describe('order', () => {
  it('lets texts overtake a picture, and none of them changes the other', async () => {
    await open();
    const [textAlone, pictureAlone] = [await hiddenOf(text), await hiddenOf(picture)];
    const ends: string[] = [];
    const queries: Promise<Float32Array>[] = [];
    const ask = async (): Promise<Float32Array> => {
      const { hidden } = await runner.lastHidden([text], query);
      ends.push('text');
      return hidden;
    };
    const { hidden } = await runner.lastHidden([picture], { ...index, onProgress: (done) => done % 3 === 0 && queries.push(ask()) });
    ends.push('picture');
    expect(queries.length).toBeGreaterThan(2);
    expect(worstDifference(hidden, pictureAlone)).toBe(0);
    for (const answer of await Promise.all(queries)) expect(worstDifference(answer, textAlone)).toBe(0);
    expect(ends.slice(0, -1)).toContain('text');
    expect(ends.indexOf('picture')).toBeGreaterThan(1);
  });

  it('lets a text overtake the tiles of a picture', async () => {
    await open({ memoryBytes: 0 });
    const one = golden.cases.find(({ name }) => name === 'image_square');
    const [shown] = one ? await golden.pictures(one) : [];
    if (!shown) throw new Error('The case has no picture.');
    const ends: string[] = [];
    let asked: Promise<unknown> | undefined;
    const features = runner.features(shown.pixels, shown.tiles, {
      ...index,
      onProgress() {
        asked ??= runner.lastHidden([text], query).then(() => ends.push('text'));
      },
    });
    expect(worstDifference(projectedOf(await features, golden.compiled.model), await golden.tensor(one?.debug?.projected))).toBeLessThan(
      1e-4,
    );
    ends.push('picture');
    await asked;
    expect(ends).toEqual(['text', 'picture']);
  });

  it('notices an abort between two stages, and works on afterwards', async () => {
    await open();
    const alone = await hiddenOf(text);
    const controller = new AbortController();
    let last = 0;
    const stopped = runner.lastHidden([picture], {
      ...index,
      signal: controller.signal,
      onProgress(done) {
        last = done;
        if (done === 4) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(last).toBe(4);
    expect(worstDifference(await hiddenOf(text), alone)).toBe(0);
  });
});

it('says the words of a state: the largest logits of the head, with shares that add up', async () => {
  await open();
  const hidden = await hiddenOf(text, picture);
  const headRows = golden.compiled.model.text.vocabularySize;
  const words = await runner.topWords(hidden, headRows, query);
  expect(words).toHaveLength(2);
  for (const row of words) {
    expect(row).toHaveLength(headRows);
    expect(new Set(row.map(({ id }) => id)).size).toBe(headRows);
    expect(row.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
    expect(row.map(({ logit }) => logit)).toEqual(row.map(({ logit }) => logit).toSorted((a, b) => b - a));
  }
  expect((await runner.topWords(hidden, 3, query)).map((row) => row.map(({ id }) => id))).toEqual(
    words.map((row) => row.slice(0, 3).map(({ id }) => id)),
  );
});

it('says where it runs', async () => {
  await open();
  expect(runner.provider).toEqual({ name: 'CPU', note: '' });
});

it('answers the same with attention in plain operators', async () => {
  await open();
  const fused = await hiddenOf(picture, text);
  await runner.close();
  await open({ device: { name: 'cpu', attention: 'plain', note: '' } });
  expect(worstDifference(await hiddenOf(picture, text), fused)).toBeLessThan(1e-5);
});

describe.each(['int8', 'int4', 'fp16'] as const)('in %s', (precision) => {
  /** That it is the same model at all; how good each precision is, the tests of the compiled models measure. */
  const floors = { int8: 0.99, int4: 0.8, fp16: 0.9999 };
  let cache: string;
  let quantised: Golden;

  beforeAll(async () => {
    const [source] = sources;
    if (!source) throw new Error('There are no golden cases.');
    cache = temporaryFolder();
    quantised = await openGolden({ ...source, precision, cache }, readers);
  });
  afterAll(() => rmSync(cache, { recursive: true, force: true }));

  async function openQuantised(options: Partial<RunnerOptions> = {}): Promise<void> {
    runner = await openRunner(quantised.compiled, { threads: 1, ...options });
  }

  it('a state is close to the exact one, whatever stands beside it, before it, or stays open', async () => {
    await open();
    const exact = await hiddenOf(picture);
    await runner.close();
    await openQuantised({ memoryBytes: 0 });
    const streamed = await hiddenOf(picture);
    await runner.close();
    await openQuantised();
    const alone = await hiddenOf(picture);
    expect(cosine(alone, exact)).toBeGreaterThan(floors[precision]);
    expect(cosine(alone, exact)).toBeLessThan(1);
    expect(worstDifference(streamed, alone)).toBeLessThan(limit);
    const together = await hiddenOf(text, picture);
    expect(worstDifference(together.subarray(width), alone)).toBeLessThan(limit);
    const { kept } = await runner.lastHidden([{ embeds: cut(picture.embeds, 0, 61), keep: 60 }], index);
    const rest = await hiddenOf({ embeds: cut(picture.embeds, 60), ...(kept[0] && { past: kept[0] }) });
    expect(worstDifference(rest, alone)).toBeLessThan(limit);
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * (y[i] ?? Number.NaN), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
