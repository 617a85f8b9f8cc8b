/** @file The picture itself: the preview at once, the original over it when it has come. */
import { useState } from 'react';
import type { FileType } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './stage.module.css';

type Picture = {
  id: string;
  name: string;
  version: string;
  width: number;
  height: number;
  colour: string;
  type: FileType;
  offline: boolean;
};

/** What browsers cannot draw stays at its preview. */
const drawable: readonly FileType[] = ['jpeg', 'png', 'webp', 'gif', 'avif', 'svg'];
/** A preview's longer side: where the original is no larger, it shows nothing more. GIFs move only as originals. */
const previewSide = 1600;

export function Stage({ picture }: { picture: Picture }) {
  const { viewer } = useMessages();
  const [previewDone, setPreviewDone] = useState(false);
  const [failed, setFailed] = useState(false);
  const { id, version, width, height } = picture;
  const isLarger = Math.max(width, height) > previewSide || picture.type === 'gif' || picture.type === 'svg';
  const wantsOriginal = previewDone && isLarger && !picture.offline && drawable.includes(picture.type);
  return (
    <figure className={styles.figure}>
      <div
        className={styles.frame}
        style={{
          backgroundColor: picture.colour,
          width: `min(100cqw, ${(100 * width) / height}cqh, ${width}px)`,
          aspectRatio: width / height,
        }}
      >
        <img
          src={`/preview/${id}?v=${version}`}
          alt={picture.name}
          onLoad={() => setPreviewDone(true)}
          onError={() => setFailed(true)}
          hidden={failed}
        />
        {wantsOriginal && (
          <img
            src={`/media/${id}?v=${version}`}
            alt=""
            className={styles.original}
            onLoad={(event) => event.currentTarget.setAttribute('data-loaded', '')}
          />
        )}
      </div>
      {failed && <figcaption className={styles.note}>{viewer.unshown}</figcaption>}
      {picture.offline && <figcaption className={styles.note}>{viewer.offline}</figcaption>}
    </figure>
  );
}
