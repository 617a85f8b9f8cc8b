/** @file Reads the picture that somebody searches with: one of the library, or one that was handed over. */
import { access } from 'node:fs/promises';
import { AppError } from '../core/api/errors.ts';
import type { PictureRef } from '../core/api/query.ts';
import type { Readers } from '../core/readers/reader.ts';
import type { OpenPicture } from '../core/search/query-vector.ts';
import { findItem } from '../core/store/catalogue.ts';
import type { Store } from '../core/store/open.ts';
import { queryPicturePath } from './query-pictures.ts';
import { checkedPath } from './shown-files.ts';

type Deps = { readonly store: Store; readonly spaceId: number; readonly readers: Readers };

export function createPictureOpener({ store, spaceId, readers }: Deps): OpenPicture {
  async function pathOf(ref: PictureRef): Promise<string> {
    if (ref.kind === 'upload') {
      const file = queryPicturePath(store.directory, ref.id);
      await access(file).catch((error: unknown) => {
        throw new AppError('not-found', 'The picture to search with is not there any more. Give it once more.', { cause: error });
      });
      return file;
    }
    const item = findItem(store, spaceId, ref.id);
    if (!item) throw new AppError('not-found', `There is no item ${ref.id} in this library any more.`);
    return checkedPath(store, item.path);
  }

  return async (ref, rasters, signal) => (await readers.read({ path: await pathOf(ref), rasters }, signal, 'query')).picture;
}
