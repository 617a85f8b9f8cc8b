/** @file A temporary folder per test, and safetensors files written by hand, wrong ones too. */
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';

export const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

/** The path of a file in the folder of the running test; the folder itself without a name. */
export function temporaryFolder(): (name?: string) => string {
  let folder = '';
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'oneword-checkpoint-')));
  });
  afterEach(() => rm(folder, { recursive: true }));
  return (name = '') => path.join(folder, name);
}

/** A file with exactly this header text and this many bytes (0, 1, 2, ...) after it, whether they fit or not. */
export async function writeRaw(file: string, header: string | object, bytes: number): Promise<void> {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(file, Buffer.concat([length, text, Buffer.from(Array.from({ length: bytes }, (_, i) => i))]));
}

/** A header's entry of an F32 vector. */
export function vector(begin: number, end: number): object {
  return { dtype: 'F32', shape: [(end - begin) / 4], data_offsets: [begin, end] };
}
