/** @file Which stages stay open within which bound. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openCheckpoint } from '../../../models/checkpoint/checkpoint.ts';
import type { Stage } from '../../../models/compile/stage.ts';
import { type CompiledVlm, compileVlm } from '../../../models/compile/vlm.ts';
import { isQuantised, stayingStages, type TextStages } from '../../../models/runtime/memory-plan.ts';
import { decoderOf, textStages } from '../../../models/runtime/runner.ts';
import { temporaryFolder } from './hand-made.ts';

const cpu = { name: 'cpu', attention: 'gqa', note: '' } as const;
const gpu = { name: 'webgpu', attention: 'plain', note: '' } as const;

const cache = temporaryFolder();
let exact: CompiledVlm;
let int8: CompiledVlm;

beforeAll(async () => {
  const checkpoint = await openCheckpoint(path.resolve(import.meta.dirname, '../../fixtures/llava-next-llama3/checkpoint'));
  exact = await compileVlm(checkpoint, { precision: 'exact' });
  int8 = await compileVlm(checkpoint, { precision: 'int8', cache });
});
afterAll(() => rmSync(cache, { recursive: true, force: true }));

function textOf(compiled: CompiledVlm): TextStages {
  return textStages(decoderOf(compiled, cpu));
}

function bytes(stages: readonly Stage[]): number {
  return stages.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
}

it('keeps an exact model open as a whole or not at all, at the size that it has as float32', () => {
  const text = textOf(exact);
  const whole = [...text.linear, ...exact.vision];
  const enough = stayingStages(exact, cpu, text, 2 * bytes(whole));
  expect(whole.every(enough)).toBe(true);
  const tooLittle = stayingStages(exact, cpu, text, 2 * bytes(whole) - 1);
  expect(whole.some(tooLittle)).toBe(false);
});

it('keeps as much of a quantised decoder open as fits, its first layers first, and the vision tower only after it', () => {
  const text = textOf(int8);
  const three = stayingStages(int8, cpu, text, bytes(text.linear.slice(0, 3)));
  expect(text.linear.map(three)).toEqual(text.linear.map((_, place) => place < 3));
  expect(int8.vision.some(three)).toBe(false);
  const all = stayingStages(int8, cpu, text, bytes(text.linear) + 2 * bytes(int8.vision));
  expect([...text.linear, ...int8.vision].every(all)).toBe(true);
});

it('keeps everything that a picture passes open on a graphics device, but never slices of the head', () => {
  const text = textOf(exact);
  const stays = stayingStages(exact, gpu, text, undefined);
  expect([...text.linear, ...exact.vision].every(stays)).toBe(true);
  expect(stays(exact.head(0, 8))).toBe(false);
});

it('always keeps what has no weights to speak of', () => {
  const text = textOf(exact);
  expect(text.fixed.every(stayingStages(exact, cpu, text, 0))).toBe(true);
  expect(bytes(text.fixed)).toBeLessThan(1000);
});

it('takes only products over int8 or int4 weights for quantised', () => {
  const quantised = isQuantised(int8, textOf(int8));
  expect(textOf(int8).linear.every(quantised)).toBe(true);
  expect([...int8.vision, int8.norm, int8.head(0, 8)].some(quantised)).toBe(false);
  expect(textOf(exact).linear.some(isQuantised(exact, textOf(exact)))).toBe(false);
});
