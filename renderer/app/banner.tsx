/** @file A line across the page that says something about all of it. */
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './banner.module.css';
import { TechnicalText } from './technical-text.tsx';

type Props = {
  level: 'info' | 'warning' | 'error';
  text: string;
  /** Technical, for those who ask. */
  details?: string | undefined;
  /** False within a region that is read out as a whole. */
  isLive?: boolean;
  /** What can be done about it. */
  children?: ReactNode;
};

export function Banner({ level, text, details, isLive = true, children }: Props) {
  const Icon = level === 'info' ? IconInfoCircle : IconAlertTriangle;
  const role = level === 'error' ? 'alert' : 'status';
  return (
    <div className={styles.banner} data-level={level} role={isLive ? role : undefined}>
      <Icon size={18} stroke={1.75} className={styles.icon} aria-hidden />
      <div className={styles.text}>
        <p>{text}</p>
        {details && <TechnicalText text={details} />}
      </div>
      {children && <div className={styles.ways}>{children}</div>}
    </div>
  );
}
