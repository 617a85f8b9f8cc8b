/**
 * @file Bytes of a file that may be anything: only regular files are ever opened (a pipe would block, a device might act), and
 * only up to a cap. Every failure of the file system becomes an AppError that names the file.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../api/errors.ts';

/** The whole file. Synchronously: a reader has nothing else to do, and trips to the thread pool take longer than the reading. */
export async function readBytes(path: string, limit: number): Promise<Buffer> {
  return withFile(path, (file, size) => {
    if (size > limit) throw new AppError('too-large', `${quote(path)} has ${mebibytes(size)}; the limit is ${mebibytes(limit)}.`);
    if (size === 0) throw new AppError('unreadable-file', `${quote(path)} is empty (0 bytes).`);
    const bytes = Buffer.allocUnsafeSlow(size);
    let length = 0;
    while (length < size) {
      const read = readSync(file, bytes, length, size - length, null);
      if (read === 0) break; // it has shrunk meanwhile
      length += read;
    }
    return bytes.subarray(0, length);
  });
}

/** SHA-256 and size without holding the file in memory. */
export async function hashFile(path: string, signal: AbortSignal): Promise<{ hash: string; bytes: number }> {
  return withFile(path, async (file) => {
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafeSlow(4 * 1024 ** 2);
    let bytes = 0;
    while (true) {
      const read = readSync(file, buffer);
      if (read === 0) return { hash: hash.digest('hex'), bytes };
      hash.update(buffer.subarray(0, read));
      bytes += read;
      await setImmediate(); // lets a cancellation in
      signal.throwIfAborted();
    }
  });
}

/** A path as a message shows it: control characters and line breaks of hostile names are escaped. */
export function quote(path: string): string {
  return JSON.stringify(path);
}

async function withFile<T>(path: string, use: (file: number, size: number) => T | Promise<T>): Promise<T> {
  let file: number | undefined;
  try {
    assertRegular(path, statSync(path));
    // Non-blocking in case the path became a pipe since; what was really opened is looked at again.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const opened = fstatSync(file);
    assertRegular(path, opened);
    return await use(file, opened.size);
  } catch (error) {
    throw explained(path, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function assertRegular(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  const what = stats.isDirectory() ? 'a folder' : stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
  throw new AppError('unreadable-file', `${quote(path)} is ${what}, not a file.`);
}

function explained(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof AppError || typeof code !== 'string') return error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return new AppError('not-found', `${quote(path)} does not exist.`, { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return new AppError('permission-denied', `${quote(path)} may not be read.`, { cause: error });
  return new AppError('unreadable-file', `${quote(path)} could not be read (${code}).`, { cause: error });
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(bytes < 10 * 1024 ** 2 ? 1 : 0)} MiB`;
}
