/** @file The frame around every page: rail or bottom bar, banners, notices, the drop target, and keys that work everywhere. */
import type { ReactNode } from 'react';
import { DropTarget } from '../box/drop-target.tsx';
import { CollectDialog } from '../keepsakes/collect-dialog.tsx';
import { KeySheet } from '../settings/key-sheet.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { ProgressAnnouncer } from './progress-announcer.tsx';
import { Rail } from './rail.tsx';
import styles from './shell.module.css';
import { useGlobalKeys } from './use-global-keys.ts';
import { useWarmEngine } from './use-warm-engine.ts';

export function Shell({ children }: { children: ReactNode }) {
  useGlobalKeys();
  useWarmEngine();
  return (
    <div className={styles.shell}>
      <Rail />
      <main className={styles.main}>
        <ConnectionBanner />
        <div className={styles.page}>{children}</div>
      </main>
      <NoticeBar />
      <DropTarget />
      <CollectDialog />
      <KeySheet />
      <ProgressAnnouncer />
    </div>
  );
}
