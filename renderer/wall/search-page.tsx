/** @file The search page: box, facts, wall, viewer. */
import { ActionIcon, VisuallyHidden } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { Banner } from '../app/banner.tsx';
import { FactsLine } from '../app/facts-line.tsx';
import { usePageTitle } from '../app/page-title.ts';
import { useStatus } from '../app/use-status.ts';
import { SearchBox } from '../box/search-box.tsx';
import { useMessages } from '../messages/messages.ts';
import { SearchBody } from './search-body.tsx';
import styles from './search-page.module.css';
import { useSearch } from './use-search.ts';
import { WallTools } from './wall-tools.tsx';

export function SearchPage() {
  const { pages } = useMessages();
  const results = useSearch();
  usePageTitle(results.query.words.trim() || pages.names.search);
  return (
    <div className={styles.page}>
      <VisuallyHidden component="h1">{pages.names.search}</VisuallyHidden>
      <header className={styles.header}>
        <SearchBox />
        <div className={styles.line}>
          <FactsLine />
          {results.hits.length > 0 && <WallTools results={results} />}
        </div>
      </header>
      <StatusNotices />
      <SearchBody results={results} />
    </div>
  );
}

/** What the user should know now. Dismissed for this window only: it may matter again. */
function StatusNotices() {
  const { dismiss } = useMessages();
  const notices = useStatus()?.notices ?? [];
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  return notices
    .filter((notice) => notice.level !== 'info' && !dismissed.includes(notice.id))
    .map((notice) => (
      <Banner key={notice.id} level={notice.level} text={notice.text}>
        <ActionIcon aria-label={dismiss} onClick={() => setDismissed([...dismissed, notice.id])}>
          <IconX size={16} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Banner>
    ));
}
