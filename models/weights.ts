/** @file Where the weights lie, and whether they are the ones that this version was made with (`weights/checksums.json`). */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../core/api/errors.ts';

export const weightsDirectory = path.join(import.meta.dirname, 'weights');

type WeightFile = { readonly file: string; readonly bytes: number; readonly sha256: string };

/** The files of a model, relative to the weights directory. */
export async function weightFiles(model: string): Promise<readonly WeightFile[]> {
  const manifest = JSON.parse(await readFile(path.join(weightsDirectory, 'checksums.json'), 'utf8')) as Record<string, WeightFile[]>;
  const files = Object.hasOwn(manifest, model) ? manifest[model] : undefined;
  if (!files) throw new AppError('not-found', `No weights are listed for "${model}". Known: ${Object.keys(manifest).join(', ')}.`);
  return files;
}

/** Throws `model-missing` when a file is absent or has the wrong size: cheap, done before a model is opened. */
export async function requireWeights(model: string, directory = weightsDirectory): Promise<void> {
  for (const { file, bytes } of await weightFiles(model)) {
    const found = await stat(path.join(directory, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!found) throw missing(file, directory, 'is missing');
    if (found.size !== bytes) throw missing(file, directory, `has ${found.size} bytes instead of ${bytes}`);
  }
}

/** Throws `model-missing` when a file is absent or is not, byte for byte, what it should be. */
export async function verifyWeights(model: string, directory = weightsDirectory): Promise<void> {
  await requireWeights(model, directory);
  for (const { file, sha256 } of await weightFiles(model)) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path.join(directory, file)), hash);
    if (hash.digest('hex') !== sha256) throw missing(file, directory, 'is damaged (its checksum differs)');
  }
}

function missing(file: string, directory: string, what: string): AppError {
  return new AppError(
    'model-missing',
    `The model file ${file} ${what}. Put the original back into ${directory}, or install Oneword again.`,
  );
}
