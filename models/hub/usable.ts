/** @file Whether a folder is a checkpoint that can be run: asked before an engine counts as installed. Reads headers, no weights. */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { openVlm } from '../arch/index.ts';
import { openCheckpoint } from '../checkpoint/checkpoint.ts';
import { openAdapter } from '../checkpoint/lora.ts';
import { shapeOf, type VlmShape } from './memory.ts';

export type Usable = {
  /** Of the checkpoint's content. */
  readonly revision: string;
  /** Of the files that hold its tensors. */
  readonly bytes: number;
  readonly shape: VlmShape;
};

/** Throws `model-missing` or `model-invalid` with the reason; an unknown architecture is answered with the known ones. */
export async function requireUsable(directory: string, adapter?: string): Promise<Usable> {
  const checkpoint = await openCheckpoint(directory);
  const { revision, tensors } = checkpoint;
  const shape = shapeOf(openVlm(checkpoint));
  if (adapter !== undefined) await openAdapter(adapter);
  const files = new Set([...tensors.values()].map(({ file }) => file));
  const sizes = await Promise.all([...files].map(async (file) => (await stat(file)).size));
  return {
    revision,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    shape,
  };
}

/** Links are resolved: they may point elsewhere tomorrow. */
export async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('model-missing', `There is no folder ${path.resolve(folder)} (${cause.code}).`, { cause });
  });
}
