/** @file The picture itself with what must be said of it: that its folder is offline, that it cannot be shown, that it is gone. */
import { useState } from 'react';
import { useMessages } from '../messages/messages.ts';
import { PictureView, type ShownPicture } from './picture-view.tsx';
import styles from './stage.module.css';
import type { Zoom } from './use-zoom.ts';
import { ZoomTools } from './zoom-tools.tsx';

type Props = { picture: ShownPicture; zoom: Zoom; isGone: boolean; onSwipe(to: 'next' | 'previous'): void };

export function Stage({ picture, zoom, isGone, onSwipe }: Props) {
  const { viewer } = useMessages();
  const [hasFailed, setFailed] = useState(false);
  const note = isGone
    ? viewer.gone
    : hasFailed
      ? picture.offline
        ? viewer.offlineUnshown
        : viewer.unshown
      : picture.offline
        ? viewer.offline
        : null;
  return (
    <figure className={styles.figure}>
      <PictureView picture={picture} zoom={zoom} onSwipe={onSwipe} onFail={() => setFailed(true)} />
      {note && <figcaption className={styles.note}>{note}</figcaption>}
      <div className={styles.tools}>
        <ZoomTools zoom={zoom} />
      </div>
    </figure>
  );
}
