/** @file How far a long job is: counts within one run, the rate of the last half minute, the time that is left. */
import type { Job } from '../api/library.ts';

export type Progress = {
  /** `count` things were finished. */
  advance(count?: number): void;
  /** There is nothing left: the next advance begins a new run. */
  end(): void;
  /** Undefined while nothing runs. */
  read(name: Job['name'], remaining: number, paused: boolean): Job | undefined;
};

const windowMs = 30_000;

export function createProgress(now: () => number): Progress {
  let done = 0;
  /** Half-second buckets of the window. */
  const buckets: { at: number; count: number }[] = [];

  return {
    advance(count = 1) {
      done += count;
      const at = Math.floor(now() / 500) * 500;
      const last = buckets.at(-1);
      if (last?.at === at) last.count += count;
      else buckets.push({ at, count });
      while ((buckets[0]?.at ?? at) < at - windowMs) buckets.shift();
    },
    end() {
      done = 0;
      buckets.length = 0;
    },
    read(name, remaining, paused) {
      if (remaining === 0 && done === 0) return undefined;
      const since = now() - windowMs;
      const recent = buckets.filter((bucket) => bucket.at >= since);
      const count = recent.reduce((sum, bucket) => sum + bucket.count, 0);
      const seconds = Math.max(0.5, (now() - (recent[0]?.at ?? now())) / 1000);
      const rate = paused ? 0 : count / seconds;
      return { name, done, total: done + remaining, rate, secondsLeft: rate > 0 && remaining > 0 ? remaining / rate : null, paused };
    },
  };
}
