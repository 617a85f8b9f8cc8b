/**
 * @file From the id of an item to a file that may be shown: the file itself only where its real path lies under a watched folder and
 * browsers can show its format, else a webp of it.
 */
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../core/api/errors.ts';
import type { FileType } from '../core/api/query.ts';
import type { Engines } from '../core/indexing/engines.ts';
import { type ThumbnailSide, type Thumbnails, thumbnailSides } from '../core/library/thumbnails.ts';
import { findItem, type ItemFacts } from '../core/store/catalogue.ts';
import type { Store } from '../core/store/open.ts';
import { listRoots } from '../core/store/roots.ts';
import type { MediaFile, MediaKind } from './media.ts';

/** What Chromium shows as it lies. */
const shownAsTheyAre: Partial<Record<FileType, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};

const [small, large] = thumbnailSides;

export type ShownFiles = (id: string, kind: MediaKind) => Promise<MediaFile>;

export function createShownFiles(store: Store, engines: Engines, thumbnails: Thumbnails): ShownFiles {
  return async (id, kind) => {
    const item = findItem(store, engines.serving.spaceId, id);
    if (!item) throw new AppError('not-found', 'There is no such picture in the library any more.');
    const contentType = shownAsTheyAre[item.type];
    if (kind === 'media' && contentType !== undefined) {
      return { path: await checkedPath(store, item.path), contentType, version: item.version, name: item.name };
    }
    const picture = await smallPicture(store, thumbnails, item, kind === 'thumb' ? small : large);
    return { path: picture, contentType: 'image/webp', version: item.version, name: `${path.parse(item.name).name}.webp` };
  };
}

/** One that was made before is shown also while its file is offline; to make one, the file is read and must be where it may be read. */
async function smallPicture(store: Store, thumbnails: Thumbnails, item: ItemFacts, side: ThumbnailSide): Promise<string> {
  const made = thumbnails.pathOf(item.hash, side);
  if (!(await stat(made).catch(() => undefined)) && !item.offline) await checkedPath(store, item.path);
  return thumbnails.ensure(item.fileId, side);
}

/** The real path of a file, after every link was followed. Fails unless that lies under a watched folder. */
export async function checkedPath(store: Store, file: string): Promise<string> {
  const real = await realpath(file).catch((error: unknown) => {
    throw new AppError('not-found', `${path.basename(file)} is not there. Was it moved, or is its drive not connected?`, { cause: error });
  });
  for (const root of listRoots(store)) {
    const realRoot = await realpath(root.path).catch(() => undefined); // an offline folder holds nothing that could be shown
    if (realRoot !== undefined && real.startsWith(realRoot.endsWith(path.sep) ? realRoot : realRoot + path.sep)) return real;
  }
  throw new AppError('not-found', `${path.basename(file)} does not lie in a watched folder any more.`);
}
