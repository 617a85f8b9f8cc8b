/** @file Pictures to search with: which files can be one, and where the server shows them, be they of the library or from elsewhere. */
import type { PictureRef } from '../../core/api/query.ts';

const extensions = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|svg|hei[cf]|dng|cr[23]|nef|arw|raf|orf|rw2|pef|srw)$/i;

/** Browsers know no type for HEIC and RAW, so names count too. */
export function isPictureFile(file: { type: string; name: string }): boolean {
  return file.type.startsWith('image/') || extensions.test(file.name);
}

export function thumbnailUrl({ kind, id }: PictureRef): string {
  return kind === 'item' ? `/thumb/${id}` : `/query-picture/${id}/thumb`;
}

/** As large as a page needs it, to choose a part of it. */
export function pictureUrl({ kind, id }: PictureRef): string {
  return kind === 'item' ? `/preview/${id}` : `/query-picture/${id}/preview`;
}
