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

function keepThumbnail(id: string, url: string): void {
  try {
    sessionStorage.setItem(storageKey(id), url);
  } catch (error) {
    console.warn('The small copy of the query picture could not be kept', error);
  }
}

const side = 96;

/** Null where the browser cannot draw it; the engine may still read it. */
async function thumbnailOf(file: File): Promise<string | null> {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return null;
  const scale = side / Math.min(bitmap.width, bitmap.height);
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const width = bitmap.width * scale;
  const height = bitmap.height * scale;
  canvas.getContext('2d')?.drawImage(bitmap, (side - width) / 2, (side - height) / 2, width, height);
  bitmap.close();
  return canvas.toDataURL('image/webp', 0.8);
}
