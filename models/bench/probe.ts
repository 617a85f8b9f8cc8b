/**
 * @file How long a model would take on this machine, before it is downloaded: a few products of its size are timed for about ten seconds, the rest
 * is arithmetic. What it cannot know is whether the weights of `exact` will stay in the system's file cache.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import type { Precision } from '../compile/vlm.ts';
import { choosePrecision } from '../e5v/precision.ts';
import { decoderLayerWeights, encoderWeights, type Shape } from '../hub/memory.ts';
import type { Tiles } from '../prompt/reading.ts';
import { askProcess } from '../runtime/own-process.ts';
import { chooseProvider } from '../runtime/providers.ts';
import { pictureWork, textWork, type Work } from './flops.ts';
import type { ProbeQuestion, ProbeRates } from './probe-process.ts';

export type ProbeOptions = {
  /** What suits the machine if absent. */
  readonly precision?: Precision | 'auto';
  /** Of a picture; all of them if absent. */
  readonly tiles?: Tiles;
  /** How long to measure, about; 10 if absent. */
  readonly seconds?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
};

export type Probe = {
  /** A photo of 4:3, in as many tiles as it takes. */
  readonly secondsPerPicture: number;
  /** A text of 32 tokens, its prompt included. */
  readonly secondsPerText: number;
  /** What was measured. */
  readonly precision: Precision;
};

/**
 * Runs in a process of its own, so nothing waits for it but the caller. Throws `engine-failed`, `disk-full` (it writes 300 MB for a moment), or
 * the signal's reason.
 */
export async function probe(shape: Shape, options: ProbeOptions = {}): Promise<Probe> {
  const { seconds = 10, threads = availableParallelism(), signal } = options;
  const weights = shape.kind === 'vlm' ? shape.layers * decoderLayerWeights(shape) : encoderWeights(shape.vision);
  const device = await chooseProvider({ threads, weights, log: () => undefined });
  const precision = choosePrecision(options.precision ?? 'auto', weights, device);
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'oneword-probe-')));
  try {
    const rates = await askProcess<ProbeQuestion, ProbeRates>(
      new URL('./probe-process.ts', import.meta.url),
      { shape, precision, provider: device.name, threads, seconds, folder },
      { signal },
    );
    return {
      secondsPerPicture: secondsOf(pictureWork(shape, options.tiles), rates),
      secondsPerText: secondsOf(textWork(shape), rates),
      precision,
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function secondsOf({ weights, products, attention, encoders }: Work, { perWeight, perMultiply, perOperation }: ProbeRates): number {
  return weights * perWeight + (products / 2) * perMultiply + (attention + encoders) * perOperation;
}
