/** @file Pictures to search with: which files can be one, sending them, and a small copy to show in the box (also after a reload). */
import type { PictureRef } from '../../core/api/query.ts';
import { errorOf } from '../app/problem.ts';

const extensions = /\.(jpe?g|jfif|png|webp|gif|tiff?|avif|svg|hei[cf]|dng|cr[23]|nef|arw|raf|orf|rw2|pef|srw)$/i;

/** Browsers know no type for HEIC and RAW, so names count too. */
export function isPictureFile(file: { type: string; name: string }): boolean {
  return file.type.startsWith('image/') || extensions.test(file.name);
}

export async function uploadPicture(file: File): Promise<PictureRef> {
  const type = file.type.startsWith('image/') ? file.type : 'application/octet-stream';
  const response = await fetch('/query-picture', { method: 'POST', body: file, headers: { 'content-type': type } });
  if (!response.ok) throw await errorOf(response);
  const { id }: { id: string } = await response.json();
  const thumbnail = await thumbnailOf(file);
  if (thumbnail) keepThumbnail(id, thumbnail);
  return { kind: 'upload', id };
}

const storageKey = (id: string): string => `oneword-query-picture-${id}`;

/** Null where there is nothing to show: a picture of another session, or of a kind that browsers cannot draw. */
export function thumbnailUrl(picture: PictureRef): string | null {
  return picture.kind === 'item' ? `/thumb/${picture.id}` : sessionStorage.getItem(storageKey(picture.id));
}

/** The picture as large as a page needs it, to choose a part of it; null where there is nothing to show. */
export function pictureUrl(picture: PictureRef): string | null {
  return picture.kind === 'item' ? `/preview/${picture.id}` : thumbnailUrl(picture);
}

function keepThumbnail(id: string, url: string): void {
  try {
    sessionStorage.setItem(storageKey(id), url);
  } catch {
    // No room: the others give way to the one that is needed now.
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(storageKey(''))) sessionStorage.removeItem(key);
    try {
      sessionStorage.setItem(storageKey(id), url);
    } catch (error) {
      console.warn('The small copy of the query picture could not be kept', error);
    }
  }
}

/** Pixels of the longer side: enough to choose a part by, and dozens of them fit into what a tab may keep. */
const longestSide = 560;

/** Null where the browser cannot draw it; the engine may still read it. */
async function thumbnailOf(file: File): Promise<string | null> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const scale = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas.toDataURL('image/webp', 0.8);
}
