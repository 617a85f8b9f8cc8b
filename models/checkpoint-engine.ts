/** @file A checkpoint's folder becomes an engine: config.json says of which kind. */
import { AppError } from '../core/api/errors.ts';
import type { Embedder } from '../core/indexing/embedder.ts';
import { openModel } from './arch/index.ts';
import { openCheckpoint } from './checkpoint/checkpoint.ts';
import { openDual } from './dual/open.ts';
import { type E5vOptions, openE5v } from './e5v/open.ts';

export type CheckpointEngineOptions = Omit<E5vOptions, 'checkpoint'> & { readonly directory: string };

/** Fails with model-missing, model-invalid, bad-request for settings that make no sense, or disk-full while weights are quantised. */
export async function openCheckpointEngine({ directory, ...options }: CheckpointEngineOptions): Promise<Embedder> {
  const checkpoint = await openCheckpoint(directory);
  const model = openModel(checkpoint);
  if (model.kind === 'dual') return openDual({ ...options, model, checkpoint });
  if (checkpoint.exported) {
    throw new AppError(
      'model-invalid',
      `${directory} has ONNX files only; those of ${model.modelType} are not read. Download the safetensors of this model.`,
    );
  }
  return openE5v({ ...options, checkpoint });
}
