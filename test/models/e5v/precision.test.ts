/** @file Which precision and which device an engine gets where nobody chooses. */
import { expect, it } from 'vitest';
import { choosePrecision, deviceFor } from '../../../models/e5v/precision.ts';
import type { ChosenDevice } from '../../../models/runtime/providers.ts';

const cpu: ChosenDevice = { name: 'cpu', attention: 'gqa', note: '', precisions: ['exact', 'int8', 'int4', 'fp16'] };
const graphics: ChosenDevice = { name: 'webgpu', attention: 'plain', note: '', precisions: ['exact', 'fp16'] };
const [tiny, large] = [1e6, 7e9];

it.each([
  ['a small model', tiny, cpu, 16e9, 'exact'],
  ['a large model on 16 GB', large, cpu, 16e9, 'int8'],
  ['a large model on 8 GB', large, cpu, 8e9, 'int4'],
  ['a large model on a graphics device', large, graphics, 16e9, 'fp16'],
] as const)('takes what suits %s', (_, weights, device, memory, precision) => {
  expect(choosePrecision('auto', weights, device, memory)).toBe(precision);
  expect(choosePrecision('int4', weights, device, memory)).toBe('int4');
});

it('computes on the CPU what the device does not compute right, and says so', () => {
  expect(deviceFor('fp16', graphics)).toBe(graphics);
  expect(deviceFor('int8', graphics)).toEqual({
    name: 'cpu',
    attention: 'gqa',
    note: 'WebGPU does not compute int8 right, so the CPU does.',
  });
});
