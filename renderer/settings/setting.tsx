/** @file One setting: its name, one sentence on what it does, and its control. */
import type { ReactNode } from 'react';
import styles from './settings-page.module.css';

export function Setting({ name, hint, children }: { name: string; hint: string; children: ReactNode }) {
  return (
    <div className={styles.setting}>
      <div>
        <p>{name}</p>
        <p className={styles.hint}>{hint}</p>
      </div>
      {children}
    </div>
  );
}
