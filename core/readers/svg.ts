/**
 * @file SVG by librsvg, drawn at the size that is wanted. It gets the bytes alone, without a base URL, so references to other files
 * and to the network lead nowhere; entities are expanded within libxml2's limits; the size of the drawing is capped here.
 */
import sharp from 'sharp';
import { statedNothing } from './facts.ts';
import { damaged, type Opened, readHeader, type Source, toRaster } from './photo.ts';
import { scaled } from './size.ts';

/** Pixels of the longer side, whatever is asked for. */
const longest = 4096;

export async function openSvg({ path, bytes }: Source): Promise<Opened> {
  const { width, height } = await readHeader({ path, bytes }, 'svg');
  return {
    type: 'svg',
    size: { width, height },
    frames: 1,
    stated: statedNothing,
    scalable: true,
    decode: async (wanted) => {
      const at = scaled(wanted, Math.min(1, longest / Math.max(wanted.width, wanted.height)));
      const picture = sharp(bytes, { limitInputPixels: false, failOn: 'error' }).resize(at.width, at.height, { fit: 'fill' });
      return toRaster(picture).catch((error: Error) => {
        throw damaged(path, 'svg', error);
      });
    },
  };
}
