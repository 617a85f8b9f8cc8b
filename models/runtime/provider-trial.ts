/** @file A provider's self-test in a process of its own, once for as long as this process lives; and what its results allow. */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Precision } from '../compile/vlm.ts';
import type { Device } from './machine.ts';
import { askProcess } from './own-process.ts';
import type { Part, SelfTest } from './self-test.ts';
import { type TestedPrecision, testedPrecisions } from './self-test-model.ts';
import type { TrialQuestion } from './self-test-process.ts';
import type { ProviderName } from './session.ts';

export type Trial = SelfTest | { readonly failure: string };

/** A device that is worth using is through in seconds; a software adapter that somebody insists on takes minutes. */
const patience = { asked: 60_000, forced: 600_000 } as const;

const trials = new Map<string, Promise<Trial>>();

/** @param forced somebody insists: its speed is not looked at */
export function tryProvider(name: ProviderName, options: { readonly threads: number; readonly forced: boolean }): Promise<Trial> {
  const key = `${name} ${options.forced}`;
  const known = trials.get(key) ?? runTrial(name, options);
  trials.set(key, known);
  return known;
}

async function runTrial(provider: ProviderName, { threads, forced }: { threads: number; forced: boolean }): Promise<Trial> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'oneword-self-test-')));
  try {
    return await askProcess<TrialQuestion, SelfTest>(
      new URL('./self-test-process.ts', import.meta.url),
      { provider, threads, folder, forced },
      { timeout: forced ? patience.forced : patience.asked },
    );
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export type Findings = { readonly attention: Device['attention']; readonly precisions: readonly Precision[] };

/** The form of attention that is right wherever anything is, and the precisions that are right with it. */
export function findingsOf({ checks }: SelfTest): Findings {
  const right = (precision: TestedPrecision, part: Part): boolean =>
    checks.some((check) => check.right && check.precision === precision && check.part === part);
  const usable = (['exact', 'fp16'] as const).filter((precision) => right(precision, 'gqa') || right(precision, 'plain'));
  const attention = usable.every((precision) => right(precision, 'gqa')) ? 'gqa' : 'plain';
  const floats = usable.filter((precision) => right(precision, attention) && right(precision, 'vision'));
  // Around products in int4 everything else is exact.
  return {
    attention,
    precisions: testedPrecisions.filter((one) => (one === 'int4' ? floats.includes('exact') && right(one, 'plain') : floats.includes(one))),
  };
}
