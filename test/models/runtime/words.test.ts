/** @file The readout of hidden states, slice by slice, against the whole product at once. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMachine, type Machine } from '../../../models/runtime/machine.ts';
import { openSession } from '../../../models/runtime/session.ts';
import { type Head, runWords, type Token, wordRuns } from '../../../models/runtime/words.ts';
import { head as headOf, temporaryFolder } from './hand-made.ts';

const rows = 20_000;
const width = 4;
/** Ever larger, so that each slice has larger logits than those before. */
const weight = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i * 12.9898 + Math.floor(i / 7)) * (1 + i / rows / width));

let folder: string;
let head: Head;
let machine: Machine;

beforeEach(() => {
  folder = temporaryFolder();
  head = { rows, slice: headOf(folder, weight, width) };
  machine = createMachine({
    device: { name: 'cpu', attention: 'gqa', note: '' },
    open: (stage) => openSession(stage.model(), { threads: 1, weights: 'mapped' }),
    plan: () => () => false,
    idleMs: 1000,
  });
});

afterEach(async () => {
  await machine.close();
  rmSync(folder, { recursive: true, force: true });
});

function words(hidden: readonly number[], k: number): Promise<Token[][]> {
  const count = hidden.length / width;
  return machine.perform({ priority: 'query' }, wordRuns(head), (run) => runWords(head, Float32Array.from(hidden), count, k, run));
}

function naive(hidden: readonly number[], k: number): Token[] {
  const logits = Array.from({ length: rows }, (_, row) => hidden.reduce((sum, h, i) => sum + h * (weight[row * width + i] ?? 0), 0));
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  const order = logits.map((logit, id) => ({ id, logit, probability: Math.exp(logit - largest) / sum }));
  return order.toSorted((a, b) => b.logit - a.logit).slice(0, k);
}

it('answers the best tokens of all slices with their share of the whole vocabulary', async () => {
  const states = [
    [1, -2, 0.5, 3],
    [-4, 1, 1, 0],
  ];
  const found = await words(states.flat(), 6);
  for (const [row, state] of states.entries()) {
    const expected = naive(state, 6);
    expect(found[row]?.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    for (const [place, { logit, probability }] of expected.entries()) {
      expect(found[row]?.[place]?.logit).toBeCloseTo(logit, 4);
      expect(found[row]?.[place]?.probability).toBeCloseTo(probability, 6);
    }
  }
});

it('does not overflow on logits of hundreds', async () => {
  const [[best, second] = []] = await words([0, 0, 0, 400], 2);
  expect(best?.probability).toBeLessThanOrEqual(1);
  expect((best?.probability ?? 0) >= (second?.probability ?? 1)).toBe(true);
  expect((best?.probability ?? 0) + (second?.probability ?? 0)).toBeGreaterThan(0);
});

it('answers no more tokens than were asked for', async () => {
  expect(await words([1, 1, 1, 1], 0)).toEqual([[]]);
  expect((await words([1, 1, 1, 1], 3))[0]).toHaveLength(3);
});
