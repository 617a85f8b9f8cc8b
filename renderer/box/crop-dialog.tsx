/** @file Chooses a part of the picture in the box. */
import { Button, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useId, useState } from 'react';
import type { Crop, PictureRef } from '../../core/api/query.ts';
import { Dialog } from '../app/dialog.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './crop-dialog.module.css';
import { isWhole, wholePicture } from './crop-frame.ts';
import { CropStage } from './crop-stage.tsx';
import { pictureUrl } from './pictures.ts';

type Props = {
  picture: PictureRef;
  opened: boolean;
  onClose(): void;
  /** Null is the whole picture. */
  onApply(crop: Crop | null): void;
};

export function CropDialog({ picture, opened, onClose, onApply }: Props) {
  const { crop } = useMessages();
  return (
    <Dialog opened={opened} onClose={onClose} title={crop.title} width={720}>
      <Editor picture={picture} onClose={onClose} onApply={onApply} />
    </Dialog>
  );
}

/** Frames that are only passed by are not read out. */
const announcePause = 400;

/** Lives only while the dialog is open: leaving it forgets the frame. */
function Editor({ picture, onClose, onApply }: Omit<Props, 'opened'>) {
  const { crop, cancel } = useMessages();
  const [frame, setFrame] = useState(picture.crop ?? wholePicture);
  const [failed, setFailed] = useState(false);
  const hint = useId();
  const state = isWhole(frame) ? crop.isWhole : crop.state(frame);
  const [announced] = useDebouncedValue(state, announcePause);
  const url = pictureUrl(picture);

  const apply = (): void => {
    onApply(isWhole(frame) ? null : frame);
    onClose();
  };

  return (
    <div className={styles.editor}>
      <div className={styles.middle}>
        {!failed && <CropStage url={url} frame={frame} hint={hint} onChange={setFrame} onApply={apply} onFail={() => setFailed(true)} />}
      </div>
      <p id={hint} className={styles.hint}>
        {failed ? crop.failed : crop.hint}
      </p>
      <p className={styles.state} aria-hidden>
        {state}
      </p>
      <VisuallyHidden role="status">{announced}</VisuallyHidden>
      <div className={styles.buttons}>
        <Button disabled={isWhole(frame)} onClick={() => setFrame(wholePicture)}>
          {crop.whole}
        </Button>
        <Button onClick={onClose}>{cancel}</Button>
        <Button variant="filled" onClick={apply}>
          {isWhole(frame) ? crop.applyWhole : crop.apply}
        </Button>
      </div>
    </div>
  );
}
