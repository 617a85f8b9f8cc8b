/** @file The frame around every page: rail or bottom bar, banners, notices, the drop target, the palette, and keys that work everywhere. */
import { type ReactNode, useRef } from 'react';
import { useLocation } from 'wouter';
import { DropTarget } from '../box/drop-target.tsx';
import { CompareLayer } from '../compare/compare-layer.tsx';
import { CollectDialog } from '../keepsakes/collect-dialog.tsx';
import { closeAddFolder, useAddingFolder } from '../library/adding-folder.ts';
import { BrowseDialog } from '../library/browse-dialog.tsx';
import { useMessages } from '../messages/messages.ts';
import { Palette } from '../palette/palette.tsx';
import { KeySheet } from '../settings/key-sheet.tsx';
import { Tour } from '../tour/tour.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { NoticeBanners } from './notice-banners.tsx';
import { NoticeBar } from './notice-bar.tsx';
import { PageBoundary } from './page-boundary.tsx';
import { ProgressAnnouncer } from './progress-announcer.tsx';
import { Rail } from './rail.tsx';
import styles from './shell.module.css';
import { useGlobalKeys } from './use-global-keys.ts';
import { useHeldFocus } from './use-held-focus.ts';
import { useWarmEngine } from './use-warm-engine.ts';
import { VersionBanner } from './version-banner.tsx';

export function Shell({ children }: { children: ReactNode }) {
  const { pages } = useMessages();
  const [path] = useLocation();
  const mainRef = useRef<HTMLElement>(null);
  const addsFolder = useAddingFolder((state) => state.opened);
  useGlobalKeys();
  useHeldFocus(mainRef);
  useWarmEngine();
  return (
    <div className={styles.shell}>
      {/* A button, since the address is the query's: a link to #main would be another entry to go back through. */}
      <button type="button" className={styles.skip} onClick={() => mainRef.current?.focus()}>
        {pages.skip}
      </button>
      <Rail />
      <main ref={mainRef} tabIndex={-1} className={styles.main}>
        <ConnectionBanner />
        <VersionBanner />
        <NoticeBanners />
        <div className={styles.page}>
          <PageBoundary key={path}>{children}</PageBoundary>
        </div>
      </main>
      <NoticeBar />
      <DropTarget />
      <CompareLayer />
      <CollectDialog />
      <KeySheet />
      <Palette />
      <BrowseDialog opened={addsFolder} onClose={closeAddFolder} />
      <Tour />
      <ProgressAnnouncer />
    </div>
  );
}
