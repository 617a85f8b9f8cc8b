/** @file Whether a folder is a checkpoint that can be run: asked before an engine counts as installed. Reads headers, no weights. */
import { access, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { openModel } from '../arch/index.ts';
import { openCheckpoint } from '../checkpoint/checkpoint.ts';
import { openAdapter } from '../checkpoint/lora.ts';
import { requireFitting } from './fitting.ts';
import { type Shape, shapeOf } from './memory.ts';
import { defaultsOf, type EngineSettings } from './settings.ts';

export type Usable = {
  /** Of the checkpoint's content. */
  readonly revision: string;
  /** Of the files that hold its tensors. */
  readonly bytes: number;
  /** model_type of config.json. */
  readonly architecture: string;
  readonly shape: Shape;
  /** As asked for, and otherwise as suits the architecture. */
  readonly settings: EngineSettings;
};

export type Asked = {
  readonly settings?: Partial<EngineSettings>;
  /** Folder of a LoRA adapter. */
  readonly adapter?: string | undefined;
};

/**
 * Throws `model-missing` or `model-invalid` with the reason, an unknown architecture is answered with the known ones; `bad-request` for a
 * setting that this kind of engine has no use for.
 */
export async function requireUsable(directory: string, { settings = {}, adapter }: Asked = {}): Promise<Usable> {
  const checkpoint = await openCheckpoint(directory);
  const { revision, tensors, modelType: architecture } = checkpoint;
  const model = openModel(checkpoint);
  const precisions = checkpoint.exported && [...checkpoint.exported.keys()].map((form) => (form === 'fp32' ? 'exact' : form));
  const fitted = { kind: model.kind, architecture, ...(precisions && { precisions }) };
  requireFitting(fitted, { ...settings, ...(adapter !== undefined && { adapter }) });
  if (adapter !== undefined) await openAdapter(adapter);
  const files = new Set([...tensors.values()].map(({ file }) => file));
  const sizes = await Promise.all([...files].map(async (file) => (await stat(file)).size));
  return {
    ...{ revision, architecture, shape: shapeOf(model) },
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    settings: { ...defaultsOf(architecture), ...settings },
  };
}

/** Apart from the above: weights can be measured without it. Throws `model-missing`. */
export async function requireTokenizer(directory: string): Promise<void> {
  const file = path.join(directory, 'tokenizer.json');
  await access(file).catch((cause: unknown) => {
    throw new AppError(
      'model-missing',
      `${file} is missing; without it no text can be read. It lies beside the weights where they come from.`,
      {
        cause,
      },
    );
  });
}

/** Links are resolved: they may point elsewhere tomorrow. */
export async function realFolder(folder: string): Promise<string> {
  return realpath(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('model-missing', `There is no folder ${path.resolve(folder)} (${cause.code}).`, { cause });
  });
}
