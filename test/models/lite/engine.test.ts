/** @file The engine against the values of its reference implementation. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Embedder, Vectors } from '../../../core/indexing/embedder.ts';
import { openClassifier } from '../../../models/lite/classifier.ts';
import { liteSpace, openLite } from '../../../models/lite/engine.ts';
import { readGlosses } from '../../../models/lite/glosses.ts';
import { openTextEncoder } from '../../../models/lite/text-encoder.ts';
import { weightsDirectory } from '../../../models/weights.ts';
import type { Raster } from '../../../pixels/raster.ts';
import { decode, pictureFor, samples } from './decode.ts';

type Reference = {
  top: [number, string, number][];
  text_block_first8: number[];
  feature_block_first8: number[];
  colour_block: number[];
  texts: {
    text: string;
    ids: number[];
    nouns: [string, string][];
    plain_first8: number[];
    expanded_first8: number[];
    colour_block: number[];
    dot_with_picture: number;
  }[];
  composed: { edit: string; vector_first8: number[] };
};

type PeopleReference = Record<
  string,
  {
    size: [number, number];
    people_faces_only: number;
    people: number;
    text_block_faces_only: number[];
    text_block: number[];
  }
>;

const weights = (file: string): string => path.join(weightsDirectory, file);
const reference = JSON.parse(readFileSync(weights('lite/reference.json'), 'utf8')) as Reference;
const peopleReference = JSON.parse(readFileSync(weights('lite-people/reference.json'), 'utf8')) as PeopleReference;
const tolerance = 1e-3;

/** The picture of reference.json: r = floor(x * 255 / 259), g = floor(y * 255 / 259), b = (7x + 13y) mod 256. */
const ramps: Raster = {
  width: 260,
  height: 260,
  data: Uint8Array.from({ length: 260 * 260 * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % 260;
    const y = Math.floor(i / 780);
    return [Math.floor((x * 255) / 259), Math.floor((y * 255) / 259), (7 * x + 13 * y) % 256][i % 3] ?? 0;
  }),
};

function near(actual: Iterable<number>, expected: readonly number[], within = tolerance): void {
  const values = [...actual].slice(0, expected.length);
  const worst = Math.max(...expected.map((value, i) => Math.abs(value - (values[i] ?? Number.NaN))));
  expect(worst, `${values} is not near ${expected}`).toBeLessThan(within);
}

const rowOf = ({ data, dimension }: Vectors, i = 0): Float32Array => data.subarray(i * dimension, (i + 1) * dimension);
const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

let lite: Embedder;
beforeAll(async () => {
  lite = await openLite({ threads: 2 });
});
afterAll(() => lite.close());

describe('a picture', () => {
  it('gets the reference network outputs', async () => {
    const classifier = await openClassifier(weights('lite'), { threads: 1 });
    const { probabilities, top } = await classifier.classify(ramps);
    expect(top).toEqual(reference.top.map(([label]) => label));
    near(
      top.map((label) => probabilities[label] ?? 0),
      reference.top.map(([, , p]) => p),
    );
    await classifier.close();
  });

  it('gets the reference vector, names and length', async () => {
    const result = await lite.image([pictureFor(lite, ramps)]);
    const vector = rowOf(result);
    near(vector, reference.text_block_first8);
    near(vector.subarray(384), reference.feature_block_first8);
    near(vector.subarray(448), reference.colour_block);
    expect(dot(vector, vector)).toBeCloseTo(1.7, 5);
    expect(result.dimension).toBe(464);
    expect(result.findings[0]?.words.map(({ text }) => text)).toEqual(reference.top.map(([, name]) => name));
    near(
      result.findings[0]?.words.map(({ probability }) => probability) ?? [],
      reference.top.map(([, , p]) => p),
    );
  });

  it('gets the same vector alone and among others', async () => {
    const other = pictureFor(lite, await decode(path.join(samples, 'coffee.jpg')));
    const picture = pictureFor(lite, ramps);
    const together = await lite.image([other, picture]);
    expect(rowOf(together, 1)).toEqual(rowOf(await lite.image([picture])));
  });

  it('is refused with rasters of another pass', async () => {
    await expect(lite.image([pictureFor(lite, ramps)], { pass: 'thorough' })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(lite.image([pictureFor(lite, ramps, 'thorough')])).rejects.toThrow('takes 3 rasters');
  });

  it('is not looked at after the signal has been given', async () => {
    const stop = new AbortController();
    const rasters = pictureFor(lite, ramps);
    const running = lite.image(new Array(50).fill(rasters), { signal: stop.signal });
    stop.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a text', () => {
  it.each(reference.texts)('"$text" gets the reference tokens, nouns, vector and colours', async (expected) => {
    const encoder = await openTextEncoder(weights('lite'), { threads: 1 });
    expect(encoder.tokens(expected.text)).toEqual(expected.ids);
    await encoder.close();
    const glosses = await readGlosses(weights('lite'));
    expect(glosses.nouns(expected.text).map(({ name, gloss }) => [name, gloss])).toEqual(expected.nouns);

    const vector = rowOf(await lite.text([expected.text]));
    near(vector, expected.expanded_first8);
    expect(vector.subarray(384, 448).every((value) => value === 0)).toBe(true);
    near(vector.subarray(448), expected.colour_block);
    const picture = rowOf(await lite.image([pictureFor(lite, ramps)]));
    expect(Math.abs(dot(vector, picture) - expected.dot_with_picture)).toBeLessThan(tolerance);
  });

  it('gets the same vector alone and in a long list', async () => {
    const texts = Array.from({ length: 40 }, (_, i) => `${'very '.repeat(i % 9)}large ${['dog', 'cat', 'house'][i % 3]} ${i}`);
    const together = await lite.text(texts);
    for (const i of [0, 8, 39]) near(rowOf(together, i), [...rowOf(await lite.text([texts[i] ?? '']))], 1e-5);
  });

  it('may be empty, long, or not English', async () => {
    const vectors = await lite.text(['', 'word '.repeat(2000), '猫 🐈', '__proto__ constructor']);
    for (let i = 0; i < 4; i++) {
      const text = rowOf(vectors, i).subarray(0, 384);
      expect(dot(text, text)).toBeCloseTo(1, 5);
    }
  });
});

describe('a picture with an edit', () => {
  it('gets the reference vector', async () => {
    const { edit, vector_first8: expected } = reference.composed;
    const vector = rowOf(await lite.composed([{ picture: pictureFor(lite, ramps), edit }]));
    near(vector, expected);
    near(vector.subarray(448), [0, 0, 0, Math.sqrt(0.2)]);
  });
});

describe('people', () => {
  const cases = Object.entries(peopleReference).map(([file, expected]) => ({ file, expected }));

  it.each(cases)('in $file are found and counted as by the reference', async ({ file, expected }) => {
    const raster = await decode(path.join(samples, file));
    expect([raster.width, raster.height]).toEqual(expected.size);

    const fast = await lite.image([pictureFor(lite, raster)]);
    expect(fast.findings[0]?.people).toBe(expected.people_faces_only);
    near(rowOf(fast), expected.text_block_faces_only);

    const thorough = await lite.image([pictureFor(lite, raster, 'thorough')], { pass: 'thorough' });
    expect(thorough.findings[0]?.people).toBe(expected.people);
    near(rowOf(thorough), expected.text_block);
  });
});

describe('words of a vector', () => {
  it('name a picture as its classifier does', async () => {
    const pictures = await Promise.all(['chelsea.jpg', 'coffee.jpg', 'rocket.jpg'].map((name) => decode(path.join(samples, name))));
    const vectors = await lite.image(pictures.map((raster) => pictureFor(lite, raster)));
    const words = await lite.words(vectors, 3);
    expect(words).toHaveLength(3);
    for (const [i, said] of words.entries()) {
      expect(said).toHaveLength(3);
      expect(vectors.findings[i]?.words.slice(0, 2).map(({ text }) => text)).toContain(said[0]?.text);
    }
  });

  it('name a text by the nearest label', async () => {
    const [cat] = await lite.words(await lite.text(['a siamese cat']), 5);
    expect(cat?.map(({ text }) => text)).toContain('Siamese cat');
    expect(cat?.every(({ probability }) => probability >= 0 && probability <= 1)).toBe(true);
  });

  it('of another space are refused', async () => {
    await expect(lite.words({ dimension: 512, data: new Float32Array(512) }, 1)).rejects.toMatchObject({ code: 'bad-request' });
  });
});

it('states its space', () => {
  expect(lite.space).toEqual(liteSpace);
  expect(lite.space).toMatchObject({ id: 'lite@1', dimension: 464 });
});
