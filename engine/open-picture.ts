/** @file Reads the picture that somebody searches with: one of the library, or one that was handed over. */
import { AppError } from '../core/api/errors.ts';
import type { PictureRef } from '../core/api/query.ts';
import type { Engines } from '../core/indexing/engines.ts';
import type { Readers } from '../core/readers/reader.ts';
import type { OpenPicture } from '../core/search/space.ts';
import { findItem } from '../core/store/catalogue.ts';
import type { Store } from '../core/store/open.ts';
import { touchQueryPicture, withoutPath } from './query-pictures.ts';
import { checkedPath } from './shown-files.ts';

type Deps = { readonly store: Store; readonly engines: Engines; readonly readers: Readers };

export function createPictureOpener({ store, engines, readers }: Deps): OpenPicture {
  async function pathOf(ref: PictureRef): Promise<string> {
    if (ref.kind === 'upload') return touchQueryPicture(store.directory, ref.id);
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
