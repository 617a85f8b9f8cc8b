/** @file Opening and reading the files of a checkpoint, and what to tell a person when that fails. */
import type { FileHandle } from 'node:fs/promises';
import { lstat, open, realpath, stat } from 'node:fs/promises';
import { AppError } from '../../core/api/errors.ts';
import type { JsonObject } from './json.ts';
import { parseObject } from './json.ts';

/** [Note: long reads] One read(2) answers at most 2 GiB; the largest tensors (a float32 head of 128,256 x 4,096) have more. */
const longestRead = 1 << 28;

/** config.json has kilobytes, an index of ten thousand tensors one megabyte. */
const maxJsonBytes = 64 * 1024 * 1024;

/** Throws `model-missing` if there is no such folder. */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause: NodeJS.ErrnoException) => {
    throw new AppError('model-missing', `There is no model folder ${folder} (${cause.code}).`, { cause });
  });
  if (!found.isDirectory())
    throw new AppError('model-missing', `${folder} is a file. Give the folder that holds config.json and the weights.`);
}

/** Opens `file` for the time of `use`. Throws `model-missing` if it is not there, `permission-denied` if it may not be read. */
export async function withFile<T>(file: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await open(file, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw openingFailed(file, cause);
  });
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

/** The file behind links, as in the cache of the Hugging Face hub, where every file of a snapshot is a link to a blob. */
export async function realFile(file: string): Promise<string> {
  return realpath(file).catch((cause: NodeJS.ErrnoException) => {
    throw openingFailed(file, cause);
  });
}

function openingFailed(file: string, cause: NodeJS.ErrnoException): AppError {
  switch (cause.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('model-missing', `${file} is missing, or is a link to a file that is gone. Download it again.`, { cause });
    case 'EACCES':
    case 'EPERM':
      return new AppError('permission-denied', `${file} may not be read by this user.`, { cause });
    default:
      return new AppError('model-invalid', `${file} cannot be read: ${cause.message}`, { cause });
  }
}

/** Fills `into` with the bytes from `position` on. Throws `model-invalid` if the file ends before that. */
export async function readAt(handle: FileHandle, file: string, into: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, Math.min(longestRead, into.length - done), position + done);
    if (bytesRead === 0) {
      const place = `${into.length} bytes at ${position}`;
      throw new AppError('model-invalid', `${file} ended while ${place} were read: it was cut or replaced since it was opened.`);
    }
    done += bytesRead;
  }
}

/** True for anything that has this name, also for a link that leads nowhere. */
export async function exists(file: string): Promise<boolean> {
  return lstat(file).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return false;
      throw openingFailed(file, cause);
    },
  );
}

/** A JSON object from a file, undefined if there is no such file. Throws `model-invalid` if it holds anything else. */
export async function readJson(file: string, options?: { unique?: boolean }): Promise<JsonObject | undefined> {
  if (!(await exists(file))) return undefined;
  return withFile(file, async (handle) => {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new AppError('model-invalid', `${file} is not a file.`);
    if (stats.size > maxJsonBytes) {
      throw new AppError('model-invalid', `${file} has ${stats.size} bytes, more than the ${maxJsonBytes} that a description may have.`);
    }
    const bytes = new Uint8Array(stats.size);
    await readAt(handle, file, bytes, 0);
    return parseObject(decodeUtf8(bytes, file), file, options);
  });
}

/** Throws `model-invalid` if the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('model-invalid', `${source} is not UTF-8 text. It is damaged, or not what its name says.`, { cause });
  }
}
