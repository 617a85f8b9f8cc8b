/**
 * @file Whether a watched folder can be reached.
 *
 * [Note: offline roots] An unplugged drive or a lost share must not look like "all pictures were deleted". A folder that is missing or
 * cannot be listed is offline. So is one that is empty, has indexed files, and is another folder than before (device and
 * inode differ): that is the mount point without its drive. The same folder, emptied, has really been emptied.
 */
import { opendir, stat } from 'node:fs/promises';
import type { Root } from '../store/roots.ts';
import { errorCode } from './walk.ts';

export type Presence = { readonly reachable: true; readonly identity: string } | { readonly reachable: false; readonly reason: string };

export async function probe(root: Pick<Root, 'path' | 'identity'>, hasFiles: boolean): Promise<Presence> {
  try {
    const found = await stat(root.path, { bigint: true });
    if (!found.isDirectory()) return { reachable: false, reason: 'it is no folder any more' };
    const identity = `${found.dev}:${found.ino}`;
    const empty = await isEmpty(root.path);
    if (empty && hasFiles && root.identity !== null && root.identity !== identity)
      return { reachable: false, reason: 'it is empty and not the folder that was indexed: its drive or share seems to be away' };
    return { reachable: true, identity };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return { reachable: false, reason: code === 'EACCES' || code === 'EPERM' ? 'it may not be opened' : `it cannot be reached (${code})` };
  }
}

async function isEmpty(path: string): Promise<boolean> {
  const folder = await opendir(path);
  try {
    return (await folder.read()) === null;
  } finally {
    await folder.close();
  }
}
