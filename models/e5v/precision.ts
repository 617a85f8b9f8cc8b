/** @file Which precision suits the machine, where its user leaves the choice to Oneword. */
import { totalmem } from 'node:os';
import type { Precision } from '../compile/vlm.ts';
import type { EngineSettings } from '../hub/settings.ts';
import { type Device, providerNames } from '../runtime/machine.ts';
import type { ChosenDevice } from '../runtime/providers.ts';

/** A model of this many float32 bytes is quick as it is: nothing is gained by less. */
const smallBytes = 3e9;
/** int8 takes a byte a weight of the decoder and 3 GB beside them, and leaves the rest of the machine room to work. */
const shareOfMemory = 0.6;

/**
 * Graphics processors compute in fp16. Of what a processor can do, int8 is the fastest (docs/benchmarks/runtime.md), and int4 needs the
 * least memory.
 * @param weights number of weights of the decoder
 * @param memoryBytes of the machine
 */
export function choosePrecision(
  wanted: EngineSettings['precision'],
  weights: number,
  { name }: Pick<Device, 'name'>,
  memoryBytes = totalmem(),
): Precision {
  if (wanted !== 'auto') return wanted;
  if (weights * 4 <= smallBytes) return 'exact';
  if (name !== 'cpu') return 'fp16';
  return weights <= memoryBytes * shareOfMemory ? 'int8' : 'int4';
}

/** The device, or the CPU where that is the only one that computes this precision right. */
export function deviceFor(precision: Precision, device: ChosenDevice): Device {
  if (device.precisions.includes(precision)) return device;
  return { name: 'cpu', attention: 'gqa', note: `${providerNames[device.name]} does not compute ${precision} right, so the CPU does.` };
}
