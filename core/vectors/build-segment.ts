/** @file The library process's side of segment-process.ts: one process for each segment, gone when it is built. */
import { availableParallelism } from 'node:os';
import { startChild } from '../process/child.ts';
import type { Spawn } from '../process/port.ts';
import type { BuildRequest, BuiltSegment, SegmentProcess } from './segment-process.ts';

export type ProcessOptions = { readonly spawn?: Spawn | undefined; readonly log: (line: string) => void };

const entry = new URL('./segment-process.ts', import.meta.url);
const probeMs = 30_000;

/** A core is left for searches and for the engine; the process runs at low priority besides. */
const threads = Math.max(1, Math.min(8, availableParallelism() - 1));

/** Fails with AppError when the process dies, with `cancelled` when the signal comes; then the process is killed at once. */
export async function buildSegment(
  request: Omit<BuildRequest, 'threads'>,
  signal: AbortSignal,
  options: ProcessOptions,
): Promise<BuiltSegment> {
  const child = startChild<SegmentProcess>({ name: 'index builder', entry, deathCode: 'unavailable', ...processOptions(options) });
  try {
    return await child.call('build', { ...request, threads }, { signal });
  } finally {
    child.kill();
  }
}

/** Why sqlite-vss cannot run here, or undefined when it can. */
export async function sqliteVssProblem(options: ProcessOptions): Promise<string | undefined> {
  const child = startChild<SegmentProcess>({ name: 'index probe', entry, deathCode: 'unavailable', ...processOptions(options) });
  try {
    await child.call('probe', undefined, { timeoutMs: probeMs });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    child.kill();
  }
}

function processOptions({ spawn, log }: ProcessOptions): { spawn?: Spawn; log: (line: string) => void } {
  return spawn ? { spawn, log } : { log };
}
