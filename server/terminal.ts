/** @file What commands write: answers on standard output, everything else on standard error. */
import type { LibraryStatus } from '../core/api/library.ts';
import type { Client } from '../core/api/rpc.ts';

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value));
}

export function say(text: string): void {
  clearProgress();
  process.stderr.write(`${text}\n`);
}

let shown = false;

/** Takes away the line of progress, if one is shown. */
export function clearProgress(): void {
  if (shown) process.stderr.write('\r\u001b[2K');
  shown = false;
}

/** One line that is overwritten by the next; only on a terminal. */
export function showProgress(text: string): void {
  if (!process.stderr.isTTY) return;
  clearProgress();
  process.stderr.write(text.slice(0, Math.max(20, (process.stderr.columns || 80) - 1)));
  shown = true;
}

/** Keeps one line with count, rate and time left on a terminal until `signal` aborts. Elsewhere it writes nothing. */
export async function followProgress(client: Client, signal: AbortSignal): Promise<void> {
  if (!process.stderr.isTTY) return;
  try {
    for await (const event of await client.events(undefined, { signal })) {
      if (event.type === 'status') showProgress(progressLine(event.status));
    }
  } catch (error) {
    if (!signal.aborted) say(`Progress cannot be shown: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearProgress();
  }
}

export function progressLine(status: LibraryStatus): string {
  if (status.jobs.length === 0) return `${count(status.items)} items`;
  return status.jobs
    .map(({ name, done, total, rate, secondsLeft, paused }) => {
      const parts = [`${name} ${count(done)} of ${count(total)}`];
      if (paused) parts.push('paused');
      else if (rate > 0) parts.push(`${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`);
      if (!paused && secondsLeft !== null) parts.push(`${duration(secondsLeft)} left`);
      return parts.join(' · ');
    })
    .join('  |  ');
}

export function count(n: number): string {
  return n.toLocaleString('en');
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`;
}

export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = n < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}
