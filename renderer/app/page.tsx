/** @file A page of text and controls (all but the wall): one column, one heading. */
import type { ReactNode } from 'react';
import styles from './page.module.css';
import { usePageTitle } from './page-title.ts';

type Props = { title: string; intro?: string; actions?: ReactNode; children: ReactNode };

export function Page({ title, intro, actions, children }: Props) {
  usePageTitle(title);
  return (
    <div className={styles.scroll}>
      <div className={styles.page}>
        <header className={styles.header}>
          <div>
            <h1 className={styles.title}>{title}</h1>
            {intro && <p className={styles.intro}>{intro}</p>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}

export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <div className={styles.sectionHeader}>
        <h2 className={styles.sectionTitle}>{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}
