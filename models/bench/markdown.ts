/** @file Numbers and tables as the reports of benchmarks write them. */

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

export function secondsText(seconds: number): string {
  return seconds < 0.1 ? `${(1000 * seconds).toFixed(1)} ms` : `${seconds.toPrecision(3)} s`;
}

export function ratio(value: number): string {
  return value.toFixed(2);
}

export function memoryText(bytes: number | undefined): string {
  return bytes === undefined ? 'not told' : gigabytes(bytes);
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

export function giga(value: number): string {
  return (value / 1e9).toFixed(0);
}
