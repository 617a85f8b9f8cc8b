/** @file How urgent an engine's calls are, and what becomes of their results: the same for every engine that orders its own work. */
import type { EmbedOptions, Vectors } from '../../core/indexing/embedder.ts';
import type { Work } from './machine.ts';

export function workOf({ priority, signal, onProgress }: EmbedOptions, otherwise: Work['priority']): Work {
  return { priority: priority ?? otherwise, ...(signal ? { signal } : {}), ...(onProgress ? { onProgress } : {}) };
}

/** What takes a moment overtakes pictures that are asked with. */
export function urgent(work: Work): Work {
  return work.priority === 'query' ? { ...work, priority: 'text' } : work;
}

/** Rows to unit length: x / max(|x|, 1e-12), as torch's `normalize` does. */
export function unit(rows: Float32Array, dimension: number): Vectors {
  const data = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += dimension) {
    const row = rows.subarray(start, start + dimension);
    const length = Math.max(Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)), 1e-12);
    row.forEach((value, i) => {
      data[start + i] = value / length;
    });
  }
  return { dimension, data };
}
