/** @file What the built page weighs, and what it may: docs/benchmarks/interface.md says why. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

export const builtPage = path.resolve(import.meta.dirname, '../../dist/renderer');

/** KiB (1,024 bytes). First: what is fetched before anything is drawn. Total: with every page that is opened later. */
export const budget = { firstGzip: 330, firstRaw: 1150, totalGzip: 420, totalRaw: 1400 } as const;

export type PageSize = Record<keyof typeof budget, number>;

export async function pageSize(directory = builtPage): Promise<PageSize> {
  const html = await readFile(path.join(directory, 'index.html'), 'utf8');
  const first = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name ?? ''));
  const names = (await readdir(path.join(directory, 'assets'))).map((name) => `assets/${name}`);
  const missing = [...first].filter((name) => !names.includes(name));
  if (first.size === 0 || missing.length > 0)
    throw new Error(`${directory} is no whole build: ${missing.join(', ') || 'index.html names no file'}`);
  const size = { firstGzip: 0, firstRaw: 0, totalGzip: 0, totalRaw: 0 };
  for (const name of ['index.html', ...names]) {
    const bytes = await readFile(path.join(directory, name));
    const [raw, gzip] = [bytes.length / 1024, gzipSync(bytes).length / 1024];
    size.totalRaw += raw;
    size.totalGzip += gzip;
    if (name !== 'index.html' && !first.has(name)) continue;
    size.firstRaw += raw;
    size.firstGzip += gzip;
  }
  return size;
}
