/** @file What a benchmark says: one figure a line, each as a ratio against something measured in the same run. */
import { readdir, readFile } from 'node:fs/promises';

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, and that one's value. */
  readonly against?: string;
  readonly ratio?: number;
  readonly aim?: string;
};

export function printFigures(figures: readonly Figure[]): void {
  for (const { name, value, unit, against, ratio, aim } of figures) {
    const compared = ratio === undefined ? '' : `  ratio ${ratio.toFixed(2)}${aim ? ` (aim ${aim})` : ''}`;
    process.stdout.write(
      `${name.padEnd(44)} ${value.toFixed(value < 10 ? 2 : 1).padStart(9)} ${unit.padEnd(11)}${compared}${against ? `  against ${against}` : ''}\n`,
    );
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

/** Resident memory of the library process and its children (Linux; nothing elsewhere). */
export async function residentMiB(libraryPid: number | undefined): Promise<Figure[]> {
  if (process.platform !== 'linux' || libraryPid === undefined) return [];
  const figures: Figure[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // A process may end while it is being read.
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
    const kib = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
    if (Number(name) !== libraryPid && parent !== libraryPid) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const entry = /([\w-]+)-process\.ts/.exec(command)?.[1] ?? 'other';
    figures.push({ name: `memory of the ${entry} process`, value: kib / 1024, unit: 'MiB' });
  }
  return figures.sort((a, b) => a.name.localeCompare(b.name));
}
