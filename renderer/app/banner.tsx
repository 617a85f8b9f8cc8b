/** @file A line across the page that says something about all of it. */
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './banner.module.css';

type Props = {
  level: 'info' | 'warning' | 'error';
  text: string;
  /** False within a region that is read out as a whole. */
  isLive?: boolean;
  /** What can be done about it. */
  children?: ReactNode;
};

export function Banner({ level, text, isLive = true, children }: Props) {
  const Icon = level === 'info' ? IconInfoCircle : IconAlertTriangle;
  const role = level === 'error' ? 'alert' : 'status';
  return (
    <div className={styles.banner} data-level={level} role={isLive ? role : undefined}>
      <Icon size={18} stroke={1.75} className={styles.icon} aria-hidden />
      <p>{text}</p>
      {children && <div className={styles.ways}>{children}</div>}
    </div>
  );
}
