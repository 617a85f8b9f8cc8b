/** @file The identity of a checkpoint's content, cheap enough to compute at every opening. */
import { createHash } from 'node:crypto';
import type { JsonObject } from './json.ts';
import { canonicalJson } from './json.ts';
import { readAt, withFile } from './model-file.ts';
import type { StoredTensor } from './tensors.ts';

const sampleBytes = 64;

/**
 * 16 hex digits of a SHA-256 over the configuration (as parsed JSON: order of keys and white space do not count) and, for every tensor in
 * the order of names, its name, type, shape and a sample of its bytes: all of a small one, else 64 at its beginning, both thirds and its end.
 *
 * The same on every machine. It does not depend on paths, dates, or on how tensors are spread over files, so a copy in one file and a copy in
 * ten have one revision. Training moves every weight, so a sample tells fine-tuned copies apart; it is no proof against a forger
 * nor against single damaged bytes, which the checksums of a download are for.
 */
export async function revisionOf(config: JsonObject, tensors: Iterable<StoredTensor>): Promise<string> {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  const samples = await readSamples(sorted);
  const hash = createHash('sha256').update(`${canonicalJson(config)}\n`);
  for (const { name, dtype, shape } of sorted) {
    hash.update(`${JSON.stringify([name, dtype, shape])}\n`);
    hash.update(samples.get(name) ?? '');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Name -> sampled bytes. Files one after the other, each in the order of its bytes. */
async function readSamples(tensors: readonly StoredTensor[]): Promise<Map<string, Uint8Array>> {
  const samples = new Map<string, Uint8Array>();
  for (const [file, stored] of Map.groupBy(tensors, (tensor) => tensor.file)) {
    await withFile(file, async (handle) => {
      for (const { name, offset, bytes } of stored.toSorted((a, b) => a.offset - b.offset)) {
        const places = placesIn(bytes);
        const sample = new Uint8Array(places.reduce((sum, { length }) => sum + length, 0));
        let done = 0;
        for (const { start, length } of places) {
          await readAt(handle, file, sample.subarray(done, done + length), offset + start);
          done += length;
        }
        samples.set(name, sample);
      }
    });
  }
  return samples;
}

function placesIn(bytes: number): { start: number; length: number }[] {
  if (bytes <= 4 * sampleBytes) return [{ start: 0, length: bytes }];
  const third = Math.floor(bytes / 3);
  return [0, third, 2 * third, bytes - sampleBytes].map((start) => ({ start, length: sampleBytes }));
}
