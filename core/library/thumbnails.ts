/**
 * @file Small pictures on disk: `thumbs/<hh>/<hash>-<side>.webp`. The small side is made while indexing, the large one when it is first
 * looked at. The cache has a cap; the large ones that were not looked at for longest go first. Each can be made again.
 */
import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../api/errors.ts';
import type { Readers } from '../readers/reader.ts';
import { hashOf } from '../store/contents.ts';
import { fileById, filesByContent } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import { rootById } from '../store/roots.ts';
import { readSettings } from '../store/settings.ts';
import { errorCode } from './walk.ts';

export const thumbnailSides = [320, 1600] as const;
export type ThumbnailSide = (typeof thumbnailSides)[number];

export type Thumbnails = {
  /** The picture of this file, made now if it is not there. Throws not-found, unavailable (its folder is offline), or the reader's error. */
  ensure(fileId: number, side: ThumbnailSide): Promise<string>;
  pathOf(hash: string, side: ThumbnailSide): string;
  /** Where a reader may write before the hash is known. */
  draft(fileId: number): string;
  /** Puts a draft in its place; a draft that was not written is no error. */
  adopt(fileId: number, hash: string): Promise<void>;
  discard(fileId: number): Promise<void>;
  /** Deletes the pictures of a content. */
  forget(hash: string): Promise<void>;
  /** Deletes what is over the cap. Returns the bytes that are left. */
  trim(): Promise<number>;
};

/** A look is written down at most this often. */
const touchMs = 60 * 60 * 1000;

export function createThumbnails({ store, readers, now = Date.now }: { store: Store; readers: Readers; now?: () => number }): Thumbnails {
  const folder = join(store.directory, 'thumbs');
  rmSync(join(folder, 'drafts'), { recursive: true, force: true }); // left by a process that was killed
  const making = new Map<string, Promise<void>>();
  /** Bytes written since the last trim, to know when the next is due. */
  let written = 0;

  const pathOf = (hash: string, side: ThumbnailSide) => join(folder, hash.slice(0, 2), `${hash}-${side}.webp`);
  const draft = (fileId: number) => join(folder, 'drafts', `${fileId}.webp`);

  async function ensure(fileId: number, side: ThumbnailSide): Promise<string> {
    const row = fileById(store, fileId);
    const hash = row && row.contentId !== null ? hashOf(store, row.contentId) : undefined;
    if (!row || row.contentId === null || hash === undefined)
      throw new AppError('not-found', `There is no picture with the number ${fileId}.`);
    const target = pathOf(hash, side);
    if (await touch(target)) return target;
    const running = making.get(target) ?? make(row.contentId, target, side);
    making.set(target, running);
    try {
      await running;
      return target;
    } finally {
      making.delete(target);
    }
  }

  /** Any file with the content will do. */
  async function make(contentId: number, target: string, side: ThumbnailSide): Promise<void> {
    const sources = filesByContent(store, contentId).filter((row) => rootById(store, row.rootId)?.online);
    let failure: unknown = new AppError('unavailable', 'The folder of this picture is offline, and it was never looked at in this size.');
    await mkdir(dirname(target), { recursive: true });
    for (const source of sources) {
      try {
        await readers.preview(source.path, target, side);
        written += (await stat(target)).size;
        if (written > trimAfter()) await trim();
        return;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** True where the file is there; its time becomes the time of the last look. */
  async function touch(path: string): Promise<boolean> {
    try {
      const { mtimeMs } = await stat(path);
      const time = now();
      if (time - mtimeMs > touchMs) await utimes(path, time / 1000, time / 1000);
      return true;
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      return false;
    }
  }

  const cap = () => readSettings(store).thumbnailCacheMiB * 1024 * 1024;
  const trimAfter = () => cap() / 20;

  async function trim(): Promise<number> {
    written = 0;
    const pictures = await listPictures(folder);
    let total = pictures.reduce((sum, picture) => sum + picture.bytes, 0);
    if (total <= cap()) return total;
    const large = `-${thumbnailSides[1]}.webp`;
    pictures.sort((a, b) => Number(b.path.endsWith(large)) - Number(a.path.endsWith(large)) || a.usedAt - b.usedAt);
    for (const picture of pictures) {
      if (total <= cap() * 0.9) break;
      await rm(picture.path, { force: true });
      total -= picture.bytes;
    }
    return total;
  }

  return {
    ensure,
    pathOf,
    draft,
    trim,
    async adopt(fileId, hash) {
      const target = pathOf(hash, thumbnailSides[0]);
      try {
        const { size } = await stat(draft(fileId));
        await mkdir(dirname(target), { recursive: true });
        await rename(draft(fileId), target);
        written += size;
        if (written > trimAfter()) await trim();
      } catch (error) {
        if (errorCode(error) !== 'ENOENT') throw error;
      }
    },
    discard: (fileId) => rm(draft(fileId), { force: true }),
    async forget(hash) {
      for (const side of thumbnailSides) await rm(pathOf(hash, side), { force: true });
    },
  };
}

type Picture = { readonly path: string; readonly bytes: number; readonly usedAt: number };

async function listPictures(folder: string): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const name of await namesIn(folder)) {
    const paths = (await namesIn(join(folder, name))).map((file) => join(folder, name, file));
    for (let at = 0; at < paths.length; at += 64) pictures.push(...(await Promise.all(paths.slice(at, at + 64).map(describe))).flat());
  }
  return pictures;
}

async function describe(path: string): Promise<Picture[]> {
  try {
    const { size, mtimeMs } = await stat(path);
    return [{ path, bytes: size, usedAt: mtimeMs }];
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return [];
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
    return [];
  }
}
