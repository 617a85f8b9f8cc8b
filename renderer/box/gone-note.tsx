/** @file Says of a picture that is searched with that it is gone; nothing where it is not. */
import type { PictureRef } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './gone-note.module.css';
import { usePictureTrouble } from './picture-trouble.ts';

export function GoneNote({ picture }: { picture: PictureRef }) {
  const { box } = useMessages();
  const { trouble } = usePictureTrouble(picture);
  return trouble === 'gone' ? <span className={styles.gone}>{box.gone.title}</span> : null;
}
