/** @file The picture in the box, as a thumbnail. */
import { IconPhoto } from '@tabler/icons-react';
import { useState } from 'react';
import type { PictureRef } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import { Chip } from './chip.tsx';
import styles from './picture-chip.module.css';
import { thumbnailUrl } from './pictures.ts';

export function PictureChip({ picture, onRemove }: { picture: PictureRef; onRemove(): void }) {
  const { box } = useMessages();
  const url = thumbnailUrl(picture);
  const [failed, setFailed] = useState<string | null>(null);
  return (
    <Chip label={box.pictureChip} removeLabel={box.removePicture} onRemove={onRemove}>
      <span className={styles.frame}>
        {url && failed !== url ? <img src={url} alt="" onError={() => setFailed(url)} /> : <IconPhoto size={18} stroke={1.5} aria-hidden />}
      </span>
      <span>{box.picture}</span>
    </Chip>
  );
}
