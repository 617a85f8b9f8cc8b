/**
 * @file Pictures to search with that are not in the library: dropped, pasted, given on the command line. Kept as `queries/<id>`,
 * where the id is made of the content, so the same picture is stored once and keeps its id. Small copies of it lie beside it.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError, hasCode } from '../core/api/errors.ts';
import type { ThumbnailSide } from '../core/library/thumbnails.ts';
import { errorCode } from '../core/library/walk.ts';

export const largestQueryPicture = 100 * 1024 ** 2;
const hourMs = 3600 * 1000;
/** Of the hash, in hex digits. */
const idLength = 32;
const keptFor = 14 * 24 * hourMs;

export function queryPicturePath(library: string, id: string): string {
  return path.join(library, 'queries', id);
}

/** Where a small copy of it is kept. */
export function queryPictureCopy(library: string, id: string, side: ThumbnailSide): string {
  return `${queryPicturePath(library, id)}-${side}.webp`;
}

/** The path of a picture that is used now, and stays for as long again. Throws not-found where it was cleared away. */
export async function touchQueryPicture(library: string, id: string, now = Date.now()): Promise<string> {
  const file = queryPicturePath(library, id);
  try {
    if (now - (await stat(file)).mtimeMs > hourMs) await utimes(file, now / 1000, now / 1000);
    return file;
  } catch (error) {
    throw new AppError('not-found', 'The picture to search with is not there any more. Give it once more.', { cause: error });
  }
}

/** Where a picture that was handed over is kept means nothing to the one who gave it. */
export function withoutPath(error: unknown): unknown {
  if (hasCode(error, 'unreadable-file')) {
    return new AppError('unreadable-file', 'The picture to search with cannot be read: it is damaged, or no picture.', { cause: error });
  }
  if (hasCode(error, 'too-large')) {
    return new AppError('too-large', 'The picture to search with has too many pixels or takes too long to read.', { cause: error });
  }
  return error;
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
    const id = hash.digest('hex').slice(0, idLength);
    const now = new Date();
    await utimes(part, now, now);
    await rename(part, queryPicturePath(library, id));
    return id;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/**
 * Removes what nobody has used for two weeks but the pictures of saved searches (`kept`, by id), and what broken uploads left.
 * Copies go with their picture.
 */
export async function removeOldQueryPictures(library: string, kept: ReadonlySet<string>, now = Date.now()): Promise<void> {
  const directory = path.join(library, 'queries');
  await mkdir(directory, { recursive: true });
  const names = await readdir(directory);
  const left = new Set(names);
  const remove = async (name: string): Promise<void> => {
    await rm(path.join(directory, name), { force: true });
    left.delete(name);
  };
  for (const name of names) {
    const isPart = /\.(part|tmp)$/.test(name);
    if (
      (isPart || name.length === idLength) &&
      !kept.has(name) &&
      (await ageOf(path.join(directory, name), now)) > (isPart ? hourMs : keptFor)
    )
      await remove(name);
  }
  for (const name of names) if (name.endsWith('.webp') && !left.has(name.slice(0, idLength))) await remove(name);
}

/** 0 for what somebody else has moved meanwhile. */
async function ageOf(file: string, now: number): Promise<number> {
  try {
    return now - (await stat(file)).mtimeMs;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return 0;
  }
}
