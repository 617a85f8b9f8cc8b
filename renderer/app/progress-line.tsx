/** @file Long work as a line of facts above its bar. */
import type { ReactNode } from 'react';
import { ProgressBar } from './progress-bar.tsx';
import styles from './progress-line.module.css';

type Props = Parameters<typeof ProgressBar>[0] & {
  /** What goes on: name, count, rate, time left. */
  facts: string;
  /** Ways on, or what it stands still for. */
  children?: ReactNode;
};

export function ProgressLine({ facts, children, ...bar }: Props) {
  return (
    <div className={styles.line}>
      <p>{facts}</p>
      <ProgressBar {...bar} />
      {children}
    </div>
  );
}
