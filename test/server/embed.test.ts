/** @file `oneword embed` on a checkpoint's folder as it lies: prompts, pictures, adapters, long texts, wrong flags. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixtures, goldenSets, largestDifference, readCases } from '../models/e5v/golden.ts';
import { runCli } from './run-cli.ts';

const checkpoint = path.join(fixtures, 'llava-next-llama3', 'checkpoint');
const square = path.join(fixtures, 'images', 'square.png');
let home: string;

beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'oneword-models-'));
  process.env.ONEWORD_MODELS = home;
});
afterAll(() => {
  delete process.env.ONEWORD_MODELS;
  rmSync(home, { recursive: true });
});

type Embedded = { readonly id?: string; readonly model?: string; readonly dimension: number; readonly embedding: number[] };

it.each(goldenSets)('answers the recorded vectors of $name, prompts and pictures from a batch', async (set) => {
  const cases = (await readCases(set)).filter(
    ({ name, prompts }) => prompts.length === 1 && ['text_korean', 'image_square'].includes(name),
  );
  const lines = cases.map(({ name, prompts: [prompt], images: [image] }) => ({
    ...{ id: name, prompt },
    ...(image === undefined ? {} : { image: path.join(fixtures, 'images', image) }),
  }));
  const adapter = set.adapter === undefined ? [] : ['--adapter', set.adapter];
  const { status, out, err } = await runCli(
    ['embed', '--model', set.directory, '--compat', set.compat, ...adapter, '--batch', '-', '--json'],
    { input: lines.map((line) => JSON.stringify(line)).join('\n') },
  );
  expect(status, err).toBe(0);
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Embedded);
  expect(answers.map(({ id }) => id)).toEqual(cases.map(({ name }) => name));
  for (const [i, { embedding }] of answers.entries()) expect(largestDifference(embedding, cases[i]?.embedding ?? [])).toBeLessThan(2e-5);
});

it('takes a picture with an edit, and says what the vector says', async () => {
  const { status, json } = await runCli([
    'embed',
    '--model',
    checkpoint,
    '--image',
    square,
    '--edit',
    'at night',
    '--words',
    '3',
    '--json',
  ]);
  expect(status).toBe(0);
  expect(json).toMatchObject({ model: 'checkpoint', dimension: 64, words: [{}, {}, {}].map(() => ({ text: expect.any(String) })) });
});

it('reads as much as the model can of a text of 20,000 words, and says so', async () => {
  const { status, json, err } = await runCli(['embed', '--model', checkpoint, '--text', 'word '.repeat(20_000), '--json']);
  expect(err).toMatch(/too long for the model/);
  expect(status).toBe(0);
  expect((json as Embedded).embedding).toHaveLength(64);
}, 120_000);

it('takes an empty text', async () => {
  const { status, json } = await runCli(['embed', '--model', checkpoint, '--text', '', '--json']);
  expect(status).toBe(0);
  expect((json as Embedded).embedding.every(Number.isFinite)).toBe(true);
});

it.each([
  [['--model', checkpoint, '--text', 'a', '--precision', 'int3'], 2, /Allowed choices are/],
  [['--model', checkpoint, '--text', 'a', '--image', square], 2, /Give one of/],
  [['--model', checkpoint, '--image', square, '--prompt', '<image><image> twice'], 2, /2 places for a picture/],
  [['--model', checkpoint, '--text', 'a', '--adapter', '/nowhere'], 1, /\/nowhere/],
  [['--model', './nowhere', '--text', 'a'], 1, /There is no folder .*nowhere/],
  [['--model', fixtures, '--text', 'a'], 1, /has no weights/],
  [['--model', 'e5v', '--text', 'a'], 1, /oneword models pull e5v/],
  [['--model', 'e6v', '--text', 'a'], 1, /Known: lite, e5v/],
  [['--model', 'lite', '--text', 'a', '--tiles', 'base'], 2, /no choice of tiles/],
  [['--model', 'lite', '--prompt', 'a'], 2, /takes no prompts/],
] as const)('refuses %j', async (flags, status, message) => {
  const ran = await runCli(['embed', ...flags, '--json']);
  expect(ran.err).toMatch(message);
  expect(ran.status).toBe(status);
});
