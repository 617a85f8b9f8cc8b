/** @file Which stages of a model stay open within a bound of memory, and what a stage's weights cost there. */
import os from 'node:os';
import { availableMemory } from 'node:process';
import type { Stage } from '../compile/stage.ts';
import type { CompiledVlm } from '../compile/vlm.ts';
import type { Device } from './machine.ts';

/** Exact weights are a mapped file. Only a model that is small as float32 is worth a copy of its own. */
const smallModelBytes = 1024 ** 3;

/** What texts need, in the order in which they are worth their memory. */
export type TextStages = { readonly fixed: readonly Stage[]; readonly linear: readonly Stage[] };

/** True for the products over int8 or int4 weights: they are slow unless their weights are laid out in memory. */
export function isQuantised({ precision }: CompiledVlm, { linear }: TextStages): (stage: Stage) => boolean {
  const names = precision === 'int8' || precision === 'int4' ? new Set(linear.map(({ name }) => name)) : undefined;
  return ({ name }) => names?.has(name) ?? false;
}

/**
 * The stages that stay open: on the CPU what fits `memoryBytes`, the decoder first, since texts need nothing else. Weights stored as floats become
 * float32 when they stay, so a model of nothing else stays only if it is small altogether. On a graphics device all that a picture passes
 * stays: its own memory is the bound, see [Note: devices that fail]. The head's slices never stay.
 */
export function stayingStages(
  compiled: CompiledVlm,
  device: Device,
  text: TextStages,
  memoryBytes: number | undefined,
): (stage: Stage) => boolean {
  const stages = [...text.linear, ...compiled.vision];
  const spare = memoryBytes ?? (device.name === 'cpu' ? memoryToSpare() : Number.POSITIVE_INFINITY);
  const quantised = isQuantised(compiled, text);
  const cost = (stage: Stage) => stage.weightBytes * (device.name === 'cpu' && !quantised(stage) ? 2 : 1);
  const floats = device.name === 'cpu' && !text.linear.some(quantised);
  const whole = stages.reduce((sum, stage) => sum + cost(stage), 0);
  const names = floats && whole > Math.min(spare, smallModelBytes) ? new Set<string>() : stagesWithin(stages, spare, cost);
  const fixed = new Set(text.fixed.map(({ name }) => name));
  return ({ name }) => names.has(name) || fixed.has(name);
}

/** Bytes of the weights of the largest of these stages, at most, once they are float32: what is stored as 16 bits doubles. */
export function largestWidened(stages: readonly Stage[]): number {
  return Math.max(0, ...stages.map(({ weightBytes }) => 2 * weightBytes));
}

/** The names of the stages that `bytes` of memory hold, the first ones first. */
function stagesWithin(stages: readonly Stage[], bytes: number, cost: (stage: Stage) => number): ReadonlySet<string> {
  const names = new Set<string>();
  let rest = bytes;
  for (const stage of stages) {
    rest -= cost(stage);
    if (rest < 0) break;
    names.add(stage.name);
  }
  return names;
}

/**
 * Bytes that this process may take without pushing others out: three fifths of what is available. Only Linux says what that is
 * (`MemAvailable`, limits of its container included); elsewhere "free" leaves out the file cache, so half of the memory is taken to be.
 */
export function memoryToSpare(): number {
  return 0.6 * (process.platform === 'linux' ? availableMemory() : Math.max(os.freemem(), os.totalmem() / 2));
}
