/**
 * @file Walks a folder and reports what belongs to the library, in batches, several folders at a time. Nothing that it meets on the way
 * ends the walk: what cannot be read is reported too.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileStat } from '../store/files.ts';
import type { Rules } from './rules.ts';

export type Found = { readonly path: string; readonly stat: FileStat; readonly changedMs: number };

/** Something that is there and cannot be read. Everything known below it is to be kept. */
export type Unreadable = {
  readonly path: string;
  readonly isFolder: boolean;
  readonly code: 'permission-denied' | 'unreadable-file';
  readonly message: string;
};

export type WalkEvents = {
  /** Waits while the walk is to stand still. Rejects when it is to end. */
  pass?(): Promise<void>;
  found(files: readonly Found[]): void;
  unreadable(what: Unreadable): void;
};

export type WalkSummary = {
  readonly files: number;
  readonly folders: number /** Names of any kind directly in the first folder. */;
  readonly entriesInRoot: number;
};

/** Folders read at the same time. More does not help: libuv has four threads for the file system. */
const parallelFolders = 8;
const parallelStats = 64;

/** Throws only when the first folder itself cannot be read, or with what `pass` rejects with. */
export async function walk(start: string, rules: Rules, events: WalkEvents): Promise<WalkSummary> {
  const waiting: string[] = [];
  let files = 0;
  let folders = 0;

  async function visit(folder: string, isStart: boolean): Promise<number> {
    await events.pass?.();
    const entries = await list(folder, isStart, events);
    if (!entries) return 0;
    folders += 1;
    if (entries.some((entry) => entry.name === '.nomedia')) return entries.length;
    const pictures: string[] = [];
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (rules.entersFolder(path)) waiting.push(path);
      } else if (!entry.isSymbolicLink() && rules.takesFile(path)) pictures.push(path);
    }
    pictures.sort();
    for (let at = 0; at < pictures.length; at += parallelStats) {
      await events.pass?.();
      const found = await Promise.all(pictures.slice(at, at + parallelStats).map((path) => look(path, events)));
      const there = found.filter((file) => file !== undefined);
      files += there.length;
      if (there.length > 0) events.found(there);
    }
    return entries.length;
  }

  const entriesInRoot = await visit(start, true);
  await drain(waiting, (folder) => visit(folder, false));
  return { files, folders, entriesInRoot };
}

/** Runs `visit` over a stack that grows while it is worked on. */
async function drain(waiting: string[], visit: (folder: string) => Promise<unknown>): Promise<void> {
  const running = new Set<Promise<unknown>>();
  while (waiting.length > 0 || running.size > 0) {
    while (waiting.length > 0 && running.size < parallelFolders) {
      const task: Promise<unknown> = visit(waiting.pop() ?? '').finally(() => running.delete(task));
      running.add(task);
    }
    await Promise.race(running);
  }
}

async function list(folder: string, isStart: boolean, events: WalkEvents) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isStart) throw error;
    const code = errorCode(error);
    if (code === 'ENOENT' && (await nameIsNotText(folder))) events.unreadable(badName(folder, true));
    else if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      const denied = code === 'EACCES' || code === 'EPERM';
      events.unreadable({
        path: folder,
        isFolder: true,
        code: denied ? 'permission-denied' : 'unreadable-file',
        message: denied
          ? 'This folder may not be opened. Check its permissions; what was indexed below it is kept.'
          : `This folder cannot be read (${code}).`,
      });
    }
    return undefined; // deleted while we walked: nothing to report
  }
}

/** Undefined for what is gone or no file. Windows gives inodes beyond 2^53: too big for a number, and only used to tell files apart. */
export async function look(path: string, events: Pick<WalkEvents, 'unreadable'>): Promise<Found | undefined> {
  try {
    const stat = await lstat(path);
    if (!stat.isFile()) return undefined;
    const inode = Number.isSafeInteger(stat.ino) ? stat.ino : 0;
    return { path, stat: { bytes: stat.size, mtime: Math.trunc(stat.mtimeMs), inode }, changedMs: stat.ctimeMs };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (path.includes('\uFFFD') && (await nameIsNotText(path))) events.unreadable(badName(path, false));
      return undefined;
    }
    const denied = code === 'EACCES' || code === 'EPERM';
    events.unreadable({
      path,
      isFolder: false,
      code: denied ? 'permission-denied' : 'unreadable-file',
      message: denied ? 'This file may not be read. Check its permissions.' : `This file cannot be read (${code}).`,
    });
    return undefined;
  }
}

/** True where no file is at this path. What cannot be looked at is not gone. */
export async function isGone(path: string): Promise<boolean> {
  try {
    return !(await lstat(path)).isFile();
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

/**
 * Names on Linux are bytes. Those that are not UTF-8 arrive with U+FFFD in them and lead nowhere. They are told from files
 * that were deleted meanwhile by listing the folder once more, as bytes.
 */
async function nameIsNotText(path: string): Promise<boolean> {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  if (!name.includes('\uFFFD')) return false;
  try {
    const names = await readdir(path.slice(0, slash) || '/', { encoding: 'buffer' });
    return names.some((bytes) => bytes.toString('utf8') === name && !bytes.equals(Buffer.from(name)));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false; // the folder itself is gone
  }
}

function badName(path: string, isFolder: boolean): Unreadable {
  return {
    path,
    isFolder,
    code: 'unreadable-file',
    message: `The name of this ${isFolder ? 'folder' : 'file'} is not valid UTF-8. Rename it.`,
  };
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
