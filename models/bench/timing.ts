/** @file How long something takes: best and all rounds, after one that warms up. Noise only ever adds. */

export type Timing = {
  /** Seconds. */
  readonly best: number;
  readonly rounds: readonly number[];
};

/** As many rounds as fit into `seconds`, at least `least`, after one that is not counted: it opens sessions and reads weights. */
export async function timed(run: () => Promise<unknown>, { seconds, least = 2 }: { seconds: number; least?: number }): Promise<Timing> {
  await run();
  const rounds: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (rounds.length < least || (performance.now() < end && rounds.length < 50)) {
    const start = performance.now();
    await run();
    rounds.push((performance.now() - start) / 1000);
  }
  return { best: Math.min(...rounds), rounds };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
