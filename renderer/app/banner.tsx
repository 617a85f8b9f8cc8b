/** @file A line across the page that says something about all of it. */
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './banner.module.css';

type Props = { level: 'info' | 'warning' | 'error'; text: string; children?: ReactNode };

export function Banner({ level, text, children }: Props) {
  const Icon = level === 'info' ? IconInfoCircle : IconAlertTriangle;
  return (
    <div className={styles.banner} data-level={level} role={level === 'error' ? 'alert' : 'status'}>
      <Icon size={18} stroke={1.75} className={styles.icon} aria-hidden />
      <p>{text}</p>
      {children}
    </div>
  );
}
