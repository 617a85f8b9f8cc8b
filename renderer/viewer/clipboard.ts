/** @file A picture into the clipboard, as the PNG that every browser takes. */
import { drawnAsTheyAre, type ShownPicture } from './picture-view.tsx';

/** Drawing more than this at once could take more memory than a page has: its preview is copied instead. */
const mostPixels = 40_000_000;

export const canCopyPictures = typeof ClipboardItem !== 'undefined' && typeof navigator.clipboard?.write === 'function';

/** Must be called by a press of a key or a button, or browsers refuse. */
export async function copyPicture(picture: ShownPicture): Promise<void> {
  // Given as a promise: Safari allows it only while the press is being handled.
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': pngOf(picture) })]);
}

async function pngOf({ id, version, width, height, type, offline }: ShownPicture): Promise<Blob> {
  const whole = !offline && drawnAsTheyAre.includes(type) && width * height <= mostPixels;
  const image = new Image();
  image.src = `/${whole ? 'media' : 'preview'}/${id}?v=${version}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth || width;
  canvas.height = image.naturalHeight || height;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be drawn'))), 'image/png');
  });
}
