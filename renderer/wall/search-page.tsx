/** @file The search page: box, facts, wall, viewer. */
import { VisuallyHidden } from '@mantine/core';
import { useMemo } from 'react';
import { FactsLine } from '../app/facts-line.tsx';
import { usePageTitle } from '../app/page-title.ts';
import { SearchBox } from '../box/search-box.tsx';
import { useMessages } from '../messages/messages.ts';
import { place, usePlace } from '../query/use-place.ts';
import { SearchBody } from './search-body.tsx';
import styles from './search-page.module.css';
import { useSearch } from './use-search.ts';
import { WallTools } from './wall-tools.tsx';

const isReturn = (): boolean => place.getState().cameBy === 'history';

export function SearchPage() {
  const { pages } = useMessages();
  const results = useSearch();
  const view = usePlace((state) => state.view);
  const wallPlace = useMemo(() => ({ view, onView: place.view, isReturn }), [view]);
  usePageTitle(results.query.words.trim() || pages.names.search);
  return (
    <div className={styles.page}>
      <VisuallyHidden component="h1">{pages.names.search}</VisuallyHidden>
      <header className={styles.header}>
        <SearchBox />
        <div className={styles.line}>
          <FactsLine />
          {results.total > 0 && <WallTools results={results} />}
        </div>
      </header>
      <SearchBody results={results} place={wallPlace} />
    </div>
  );
}
