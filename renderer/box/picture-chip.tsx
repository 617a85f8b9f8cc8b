/** @file The picture in the box, as a thumbnail of the part that is searched with, and the handle that chooses the part. */
import { Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconCrop } from '@tabler/icons-react';
import { useId, useState } from 'react';
import type { Crop, PictureRef } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import { Chip } from './chip.tsx';
import { CropDialog } from './crop-dialog.tsx';
import { CroppedPicture } from './cropped-picture.tsx';
import { GoneNote } from './gone-note.tsx';
import styles from './picture-chip.module.css';
import { usePictureTrouble } from './picture-trouble.ts';

type Props = { picture: PictureRef; onCrop(crop: Crop | null): void; onRemove(): void };

export function PictureChip({ picture, onCrop, onRemove }: Props) {
  const { box } = useMessages();
  const [cropping, setCropping] = useState(false);
  const isTouched = useMediaQuery('(pointer: coarse)', false, { getInitialValueInEffect: false });
  const reason = useId();
  const { trouble } = usePictureTrouble(picture);
  const canCrop = trouble === null;
  const isGone = trouble === 'gone';
  const noCrop = isGone ? box.gone[picture.kind] : box.noCrop;
  const label = picture.crop ? box.changeCrop : box.cropPicture;
  return (
    <Chip label={box.pictureChip} removeLabel={box.removePicture} onRemove={onRemove}>
      <span className={styles.frame}>
        <CroppedPicture picture={picture} size={isTouched ? 44 : 28} />
      </span>
      {isGone ? <GoneNote picture={picture} /> : <span>{picture.crop ? box.partOfPicture : box.picture}</span>}
      <Tooltip label={canCrop ? label : noCrop}>
        <button
          type="button"
          className={styles.crop}
          aria-label={label}
          aria-disabled={!canCrop}
          aria-describedby={canCrop ? undefined : reason}
          data-cropped={picture.crop !== undefined || undefined}
          onClick={() => canCrop && setCropping(true)}
        >
          <IconCrop size={15} stroke={1.75} aria-hidden />
        </button>
      </Tooltip>
      {!canCrop && (
        <span id={reason} hidden>
          {noCrop}
        </span>
      )}
      <CropDialog picture={picture} opened={cropping} onClose={() => setCropping(false)} onApply={onCrop} />
    </Chip>
  );
}
