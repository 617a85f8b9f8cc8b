/**
 * @file Pictures to search with that are not in the library: dropped, pasted, given on the command line. Kept as `queries/<id>`,
 * where the id is made of the content, so the same picture is stored once and keeps its id.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../core/api/errors.ts';

export const largestQueryPicture = 100 * 1024 ** 2;
const keptFor = 14 * 24 * 3600 * 1000;

export function queryPicturePath(library: string, id: string): string {
  return path.join(library, 'queries', id);
}

/** Stores the bytes and answers their id. Over the limit nothing is kept. */
export async function saveQueryPicture(library: string, bytes: AsyncIterable<Uint8Array>, limit = largestQueryPicture): Promise<string> {
  const directory = path.join(library, 'queries');
  await mkdir(directory, { recursive: true });
  const part = path.join(directory, `${randomUUID()}.part`);
  const hash = createHash('sha256');
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > limit) throw new AppError('too-large', `A picture to search with may have ${limit / 1024 ** 2} MB at most.`);
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await pipeline(counted(), createWriteStream(part));
    if (size === 0) throw new AppError('unreadable-file', 'The picture to search with is empty.');
    const id = hash.digest('hex').slice(0, 32);
    const now = new Date();
    await utimes(part, now, now);
    await rename(part, queryPicturePath(library, id));
    return id;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Removes what nobody has searched with for two weeks, and parts of broken uploads. */
export async function removeOldQueryPictures(library: string, now = Date.now()): Promise<void> {
  const directory = path.join(library, 'queries');
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const age = now - (await stat(file)).mtimeMs;
    if (age > keptFor || (name.endsWith('.part') && age > 3600_000)) await rm(file, { force: true });
  }
}
