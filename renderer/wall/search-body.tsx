/** @file What stands under the box: the wall, or what is said instead of an empty one. */
import { Button, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../app/api.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import { isEverything } from '../query/query-state.ts';
import { NoFolder, NoResult, NothingIndexed } from './empty-states.tsx';
import styles from './search-body.module.css';
import type { SearchResults } from './use-search.ts';
import { Wall } from './wall.tsx';

export function SearchBody({ results }: { results: SearchResults }) {
  const { retry, wall } = useMessages();
  const folders = useQuery(queries.listFolders.queryOptions()).data;
  const { first, query } = results;

  if (results.error) {
    return (
      <div className={styles.middle}>
        <ProblemNote error={results.error}>
          <Button onClick={results.retry}>{retry}</Button>
        </ProblemNote>
      </div>
    );
  }
  if (!first) return <div className={styles.waiting} aria-busy />;
  if (results.hits.length === 0) {
    return <div className={styles.middle}>{emptyState()}</div>;
  }
  return (
    <>
      <VisuallyHidden role="status">{wall.found(results.dims ? first.cut : first.total, first.total)}</VisuallyHidden>
      <Wall results={results} />
    </>
  );

  function emptyState() {
    if (folders?.length === 0) return <NoFolder />;
    if (isEverything(query)) return <NothingIndexed />;
    return first && <NoResult query={query} page={first} />;
  }
}
