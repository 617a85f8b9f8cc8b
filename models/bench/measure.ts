/** @file Measurements, each in a process of its own whose memory is watched. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import type { Device } from '../runtime/machine.ts';
import { askProcess } from '../runtime/own-process.ts';
import type { Ceiling } from './ceiling.ts';
import type { Measured, MeasureQuestion } from './measure-process.ts';
import { type PeakMemory, watchMemory } from './memory-watch.ts';

export type Sample = Measured & { readonly peak: PeakMemory | undefined };

export type MeasureOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((sentence: string) => void) | undefined;
};

/** Throws `engine-failed`, or the signal's reason. */
export function measure(what: string, question: MeasureQuestion, options: MeasureOptions): Promise<Sample> {
  options.onProgress?.(what);
  return watched(new URL('./measure-process.ts', import.meta.url), question, options);
}

/** What the module of a process answers to a question, and how much memory the process took. */
export async function watched<Question extends object, Answer extends object>(
  module: URL,
  question: Question,
  { signal }: MeasureOptions,
): Promise<Answer & { readonly peak: PeakMemory | undefined }> {
  let watch: ReturnType<typeof watchMemory> | undefined;
  try {
    const answer = await askProcess<Question, Answer>(module, question, {
      ...(signal && { signal }),
      onStart: (pid) => {
        watch = watchMemory(pid);
      },
    });
    return { ...answer, peak: watch?.stop() };
  } finally {
    watch?.stop();
  }
}

type Machine = { readonly device: Device; readonly threads: number; readonly seconds: number };

/** `sustained`: operations a second that products reached over seconds just before and just after. */
export type Compared<T> = T & { readonly sustained: number };

/** What was measured after one thing is good for before the next. */
const sameMomentMs = 1000;

export type Beside = {
  /** Measures, and what the machine can do on both sides of it. */
  compared<T>(measurement: () => Promise<T>): Promise<Compared<T>>;
};

/**
 * What the work answers, and what the machine can do at best: measured before it and after it, the better one, since what else ran in between
 * may have cost either of them. Throws `disk-full`, what the work throws, or the signal's reason.
 */
export async function withCeiling<T>(
  machine: Machine,
  options: MeasureOptions,
  work: (beside: Beside) => Promise<T>,
): Promise<{ readonly result: T; readonly ceiling: Ceiling }> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'oneword-bench-')));
  const once = async (): Promise<Ceiling> => {
    const { ceiling } = await measure('what the machine can do', { kind: 'ceiling', folder, ...machine }, options);
    return ceiling ?? noResult();
  };
  const none = { at: Number.NEGATIVE_INFINITY, operations: 0 };
  let latest = none;
  const sustainedNow = async (): Promise<number> => {
    if (performance.now() - latest.at < sameMomentMs) return latest.operations;
    const { sustained } = await measure('what the machine can do now', { kind: 'sustained', folder, ...machine }, options);
    latest = { at: performance.now(), operations: sustained ?? noResult() };
    return latest.operations;
  };
  const beside: Beside = {
    async compared(measurement) {
      const before = await sustainedNow();
      const result = await measurement();
      latest = none;
      return { ...result, sustained: (before + (await sustainedNow())) / 2 };
    },
  };
  try {
    const before = await once();
    const result = await work(beside);
    const after = await once();
    return {
      result,
      ceiling: { operations: Math.max(before.operations, after.operations), bytes: Math.max(before.bytes, after.bytes) },
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function noResult(): never {
  throw new AppError('internal', 'The measurement of the ceiling has no result.');
}
