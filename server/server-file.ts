/**
 * @file Two files in the library's folder: `server.json`, where a running server can be reached, for commands that find the library in
 * use; and `server.key`, the key in its address.
 */
import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const serverFile = z.object({ url: z.url(), token: z.string().min(1), pid: z.int() });
export type ServerFile = z.infer<typeof serverFile>;

/** What may stand in an address, and is long enough not to be guessed. */
export const tokenPattern = /^[\w~.-]{16,}$/;

const place = (library: string): string => path.join(library, 'server.json');

/** Readable by its owner alone: who has the token may see every picture. */
export async function writeServerFile(library: string, content: ServerFile): Promise<void> {
  const part = `${place(library)}.${process.pid}.part`;
  await writeFile(part, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  await rename(part, place(library));
}

/** Undefined where there is none, or where it is not what it should be. */
export async function readServerFile(library: string): Promise<ServerFile | undefined> {
  const text = await readFile(place(library), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EACCES') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return serverFile.parse(JSON.parse(text));
  } catch {
    return undefined; // half of a file that a dying process left: the same as none
  }
}

export async function removeServerFile(library: string): Promise<void> {
  if ((await readServerFile(library))?.pid === process.pid) await rm(place(library), { force: true });
}

/** Random, made once and kept, so that a bookmark and an open page outlive a restart. */
export async function keptToken(library: string): Promise<string> {
  const file = path.join(library, 'server.key');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (tokenPattern.test(kept.trim())) return kept.trim();
  const token = randomBytes(24).toString('base64url');
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return token;
}
