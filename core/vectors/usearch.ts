/** @file Segments as usearch files (HNSW over float16), mapped into memory rather than read. */
import { createRequire } from 'node:module';
import type { Index } from 'usearch';
import { AppError } from '../api/errors.ts';
import type { Segment, SegmentBackend, SegmentWriter } from './segment.ts';
import type { Neighbour } from './vector-index.ts';

export const usearchBackend: SegmentBackend = { name: 'usearch', open, create };

/** Loaded at first use: a platform without its binary must still be able to import this file. Throws AppError('unavailable'). */
export function loadUsearch(): typeof import('usearch') {
  try {
    return createRequire(import.meta.url)('usearch') as typeof import('usearch');
  } catch (error) {
    throw new AppError('unavailable', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function emptyIndex(dimension: number): Index {
  const { Index, MetricKind, ScalarKind } = loadUsearch();
  return new Index({
    dimensions: dimension,
    metric: MetricKind.L2sq,
    quantization: ScalarKind.F16,
    connectivity: 16,
    expansion_add: 128,
    expansion_search: 256,
    multi: false,
  });
}

function open(path: string, dimension: number): Segment {
  const index = emptyIndex(dimension);
  index.view(path);
  if (index.dimensions() !== dimension) {
    throw new AppError('internal', `${path} has vectors of ${index.dimensions()} values, not ${dimension}`);
  }
  return {
    count: () => index.size(),
    reach: 4096, // it widens its search to what is asked for
    search: (query, k) => {
      const { keys, distances } = index.search(query, k, 1);
      return Array.from(keys, (key, i): Neighbour => ({ key: Number(key), score: -(distances[i] ?? 0) }));
    },
    close: () => undefined, // unmapped when collected; usearch offers no other way
  };
}

function create(path: string, dimension: number, threads: number): SegmentWriter {
  const index = emptyIndex(dimension);
  return {
    add: ({ keys, values }) => index.add(BigUint64Array.from(keys, BigInt), values, threads),
    finish: () => index.save(path),
  };
}
