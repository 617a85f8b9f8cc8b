/** @file One part of the query as a chip that can be taken out. */
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './chip.module.css';

type Props = {
  label: string;
  removeLabel: string;
  onRemove(): void;
  /** What kind of part it is, in small letters before the text. */
  kind?: string;
  children: ReactNode;
};

export function Chip({ label, removeLabel, onRemove, kind, children }: Props) {
  return (
    <li className={styles.chip} aria-label={label}>
      {kind && <span className={styles.kind}>{kind}</span>}
      {children}
      <button type="button" className={styles.remove} aria-label={removeLabel} onClick={onRemove}>
        <IconX size={14} stroke={2} aria-hidden />
      </button>
    </li>
  );
}
