/** @file A picture of the query as a small square: the part that is searched with, else its middle. */
import { IconPhoto, IconPhotoOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { PictureRef } from '../../core/api/query.ts';
import { coverOf, wholePicture } from './crop-frame.ts';
import styles from './cropped-picture.module.css';
import { usePictureTrouble } from './picture-trouble.ts';
import { thumbnailUrl } from './pictures.ts';

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

/** `size`: side in pixels. */
export function CroppedPicture({ picture, size }: { picture: PictureRef; size: number }) {
  const url = thumbnailUrl(picture);
  const { trouble, ask } = usePictureTrouble(picture);
  const [loaded, setLoaded] = useState<{ url: string; width: number; height: number } | null>(null);
  const Sign = trouble === 'gone' ? IconPhotoOff : IconPhoto;
  const cover = loaded && loaded.url === url ? coverOf(picture.crop ?? wholePicture, loaded) : null;
  return (
    <span className={styles.square} style={{ width: size, height: size }}>
      {trouble === null ? (
        <img
          src={url}
          alt=""
          data-loaded={cover !== null || undefined}
          style={cover ? { left: percent(cover.x), top: percent(cover.y), width: percent(cover.width), height: percent(cover.height) } : {}}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setLoaded({ url, width: naturalWidth, height: naturalHeight })}
          onError={ask}
        />
      ) : (
        <Sign size={Math.round(size * 0.64)} stroke={1.5} aria-hidden />
      )}
    </span>
  );
}
