/** @file The peak memory of another process, as Linux tells it: looked at many times a second, since the kernel keeps no peak of the parts. */
import { readFileSync } from 'node:fs';

export type PeakMemory = {
  /** Bytes of its own: heap, arenas, unpacked weights. */
  readonly own: number;
  /** Bytes of mapped files in memory at the same time or another. The system takes them back when others need memory. */
  readonly mapped: number;
  /** All together, as the kernel counts it (VmHWM). */
  readonly all: number;
};

const lookEveryMs = 15;

/** Undefined at the end where the system does not tell (all but Linux). */
export function watchMemory(pid: number): { stop(): PeakMemory | undefined } {
  let peak: PeakMemory | undefined;
  const look = (): void => {
    const status = statusOf(pid);
    if (!status) return;
    const field = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
    peak = {
      own: Math.max(peak?.own ?? 0, field('RssAnon')),
      mapped: Math.max(peak?.mapped ?? 0, field('RssFile')),
      all: Math.max(peak?.all ?? 0, field('VmHWM')),
    };
  };
  look();
  const timer = setInterval(look, lookEveryMs);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

/** Undefined for a process that is gone, and where there is no such file. */
function statusOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return undefined;
    throw error;
  }
}
