/** @file Small copies of pictures that were handed over to search with, made when they are first looked at and gone with their picture. */
import { stat } from 'node:fs/promises';
import { thumbnailSides } from '../core/library/thumbnails.ts';
import type { Readers } from '../core/readers/reader.ts';
import type { Store } from '../core/store/open.ts';
import type { MediaFile, SmallKind } from './media.ts';
import { queryPictureCopy, touchQueryPicture, withoutPath } from './query-pictures.ts';

/** Throws not-found where the picture was cleared away, unreadable-file or too-large where it is none. */
export type ShownUploads = (id: string, kind: SmallKind) => Promise<MediaFile>;

export function createShownUploads({ directory }: Pick<Store, 'directory'>, readers: Pick<Readers, 'preview'>): ShownUploads {
  const making = new Map<string, Promise<void>>();
  return async (id, kind) => {
    const side = thumbnailSides[kind === 'thumb' ? 0 : 1];
    const picture = await touchQueryPicture(directory, id);
    const copy = queryPictureCopy(directory, id, side);
    if (!(await stat(copy).catch(() => undefined))) {
      const running = making.get(copy) ?? readers.preview(picture, copy, side).finally(() => making.delete(copy));
      making.set(copy, running);
      await running.catch((error: unknown) => {
        throw withoutPath(error);
      });
    }
    return { path: copy, contentType: 'image/webp', version: id, name: `${id}.webp` };
  };
}
