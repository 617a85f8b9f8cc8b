/** @file A checkpoint's folder becomes an engine: config.json says of which kind. */
import type { Embedder } from '../core/indexing/embedder.ts';
import { openModel } from './arch/index.ts';
import { openCheckpoint } from './checkpoint/checkpoint.ts';
import { type E5vOptions, openE5v } from './e5v/open.ts';

export type CheckpointEngineOptions = Omit<E5vOptions, 'checkpoint'> & { readonly directory: string };

/** Fails with model-missing, model-invalid, or disk-full while weights are quantised. */
export async function openCheckpointEngine({ directory, ...options }: CheckpointEngineOptions): Promise<Embedder> {
  const checkpoint = await openCheckpoint(directory);
  const model = openModel(checkpoint);
  if (model.kind === 'dual') throw new Error('Dual encoders are not opened yet.');
  return openE5v({ ...options, checkpoint });
}
