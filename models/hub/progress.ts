/** @file How far a download is, how fast it goes and how long it will take. */

export type DownloadProgress = {
  readonly phase: 'checking' | 'downloading';
  /** Bytes that are here, of all. Never goes back. */
  readonly done: number;
  readonly total: number;
  /** Bytes a second over the last seconds. */
  readonly rate: number;
  readonly secondsLeft: number | null;
  readonly file: string;
  /** Why nothing moves, or what had to be done again. */
  readonly note?: string;
};

export type Meter = {
  /** Bytes came over the line. */
  received(file: string, bytes: number): void;
  /** Bytes were found on disk. */
  found(file: string, bytes: number): void;
  /** Bytes that were counted turned out to be wrong. */
  lost(file: string, bytes: number): void;
  note(file: string, sentence: string): void;
};

/** Rates are taken over so much time. */
const windowMs = 10_000;
const everyMs = 200;

export function createMeter(
  total: number,
  listen: (progress: DownloadProgress) => void,
  now: () => number = () => performance.now(),
): Meter {
  let arrivals: { at: number; bytes: number }[] = [{ at: now(), bytes: 0 }];
  let held = 0;
  let shown = 0;
  let last = Number.NEGATIVE_INFINITY;

  function tell(phase: DownloadProgress['phase'], file: string, note?: string): void {
    const time = now();
    if (note === undefined && held < total && time - last < everyMs) return;
    last = time;
    shown = Math.max(shown, held);
    const rate = rateOf(arrivals, time);
    const secondsLeft = rate > 0 ? (total - held) / rate : null;
    listen({ phase, done: shown, total, rate, secondsLeft, file, ...(note === undefined ? {} : { note }) });
  }

  return {
    received(file, bytes) {
      held += bytes;
      const at = now();
      const newest = arrivals.at(-1);
      if (newest && at - newest.at < everyMs) newest.bytes += bytes;
      else arrivals = [...arrivals.filter((arrival) => at - arrival.at < windowMs), { at, bytes }];
      tell('downloading', file);
    },
    found(file, bytes) {
      held += bytes;
      tell('checking', file);
    },
    lost(file, bytes) {
      held -= bytes;
      tell('downloading', file);
    },
    note: (file, sentence) => tell('downloading', file, sentence),
  };
}

function rateOf(arrivals: readonly { at: number; bytes: number }[], time: number): number {
  const recent = arrivals.filter(({ at }) => time - at < windowMs);
  const first = recent[0];
  if (!first) return 0;
  return recent.reduce((sum, { bytes }) => sum + bytes, 0) / (Math.max(time - first.at, everyMs) / 1000);
}
