/** @file Folders below a folder of this machine, for pages without a native picker. Names only, nothing is read. */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Outputs } from '../core/api/contract.ts';
import { AppError } from '../core/api/errors.ts';

export async function browse(asked: string | undefined): Promise<Outputs['browse']> {
  const folder = path.resolve(asked ?? homedir());
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES' || error.code === 'EPERM') {
      throw new AppError('permission-denied', `${folder} cannot be opened: permission denied.`, { cause: error });
    }
    throw new AppError('folder-missing', `There is no folder ${folder}.`, { cause: error });
  });
  const visible = entries.filter((entry) => !entry.name.startsWith('.') && !entry.name.startsWith('$'));
  const folders = await Promise.all(
    visible.map(async (entry) => {
      const at = path.join(folder, entry.name);
      if (entry.isSymbolicLink()) return (await isFolder(at)) ? [{ name: entry.name, path: at }] : [];
      return entry.isDirectory() ? [{ name: entry.name, path: at }] : [];
    }),
  );
  const parent = path.dirname(folder);
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    folders: folders.flat().sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })),
  };
}

/** A link that leads nowhere is no folder. */
async function isFolder(at: string): Promise<boolean> {
  return (await stat(at).catch(() => undefined))?.isDirectory() ?? false;
}
