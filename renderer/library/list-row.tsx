/** @file One row of a list of the library: what it is about at the left, what can be done with it at the right, below it on phones. */
import type { ReactNode } from 'react';
import styles from './list-row.module.css';

type Props = { label?: string; actions: ReactNode; children: ReactNode };

export function ListRow({ label, actions, children }: Props) {
  return (
    <li className={styles.row} aria-label={label}>
      <div className={styles.text}>{children}</div>
      <div className={styles.actions}>{actions}</div>
    </li>
  );
}

/** The rows, with a line above the first. */
export function ListRows({ children }: { children: ReactNode }) {
  return <ul className={styles.rows}>{children}</ul>;
}
