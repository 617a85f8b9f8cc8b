/** @file The files of a space's index: `index/<space id>/`, one for each segment. All of them can be built again from library.db. */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** All files of a space's index. */
export function removeIndex(libraryDirectory: string, spaceId: number, log: (line: string) => void): void {
  removeFile(join(libraryDirectory, 'index', String(spaceId)), log);
}

export function indexFolder(libraryDirectory: string, spaceId: number): string {
  const folder = join(libraryDirectory, 'index', String(spaceId));
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * CRC-32 and length of a whole file. A segment is checked before its native code may read it, because a flipped link in its graph
 * would make that code read anywhere. CRC-32 finds such damage and takes a quarter of the time of SHA-256.
 */
export function checksumOf(path: string): string {
  const buffer = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, 'r');
  try {
    let crc = 0;
    let bytes = 0;
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      crc = crc32(buffer.subarray(0, read), crc);
      bytes += read;
    }
    return `crc32:${crc.toString(16).padStart(8, '0')}:${bytes}`;
  } finally {
    closeSync(file);
  }
}

/** Waits until the file's bytes are on the disk. */
export function flushFile(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Deletes all files but those of the manifest. */
export function removeOrphans(folder: string, keep: ReadonlySet<string>, log: (line: string) => void): void {
  for (const name of readdirSync(folder)) {
    if (!keep.has(name)) removeFile(join(folder, name), log);
  }
}

/** A file that is still in use (Windows) stays until the next start. */
export function removeFile(path: string, log: (line: string) => void): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    log(`vectors: ${path} cannot be deleted yet: ${error instanceof Error ? error.message : error}`);
  }
}
