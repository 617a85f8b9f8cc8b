/** @file Reads the picture that somebody searches with: one of the library, or one that was handed over. */
import { access } from 'node:fs/promises';
import { AppError, hasCode } from '../core/api/errors.ts';
import type { PictureRef } from '../core/api/query.ts';
import type { Engines } from '../core/indexing/engines.ts';
import type { Readers } from '../core/readers/reader.ts';
import type { OpenPicture } from '../core/search/space.ts';
import { findItem } from '../core/store/catalogue.ts';
import type { Store } from '../core/store/open.ts';
import { queryPicturePath } from './query-pictures.ts';
import { checkedPath } from './shown-files.ts';

type Deps = { readonly store: Store; readonly engines: Engines; readonly readers: Readers };

export function createPictureOpener({ store, engines, readers }: Deps): OpenPicture {
  async function pathOf(ref: PictureRef): Promise<string> {
    if (ref.kind === 'upload') {
      const file = queryPicturePath(store.directory, ref.id);
      await access(file).catch((error: unknown) => {
        throw new AppError('not-found', 'The picture to search with is not there any more. Give it once more.', { cause: error });
      });
      return file;
    }
    const item = findItem(store, engines.serving.spaceId, ref.id);
    if (!item) throw new AppError('not-found', `There is no item ${ref.id} in this library any more.`);
    return checkedPath(store, item.path);
  }

  return async (ref, rasters, signal) => {
    const path = await pathOf(ref);
    try {
      return (await readers.read({ path, rasters, ...(ref.crop && { crop: ref.crop }) }, signal, 'query')).picture;
    } catch (error) {
      throw ref.kind === 'upload' ? withoutPath(error) : error;
    }
  };
}

/** Where a picture that was handed over is kept means nothing to the one who gave it. */
function withoutPath(error: unknown): unknown {
  if (hasCode(error, 'unreadable-file')) {
    return new AppError('unreadable-file', 'The picture to search with cannot be read: it is damaged, or no picture.', { cause: error });
  }
  if (hasCode(error, 'too-large')) {
    return new AppError('too-large', 'The picture to search with has too many pixels or takes too long to read.', { cause: error });
  }
  return error;
}
