/** @file What stands under the box: the wall, or what is said instead of an empty one. */
import { Button, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { memo } from 'react';
import { queries } from '../app/api.ts';
import { problemCode } from '../app/problem.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import { isEverything } from '../query/query-state.ts';
import { NoFolder, NoResult, NothingIndexed } from './empty-states.tsx';
import styles from './search-body.module.css';
import { type SearchResults, shownCut } from './use-answer.ts';
import { Wall, type WallPlace } from './wall.tsx';

type Props = { results: SearchResults; place: WallPlace; hasMonths?: boolean };

/** Not drawn again by the letters in the box, only by their answers. */
export const SearchBody = memo(function SearchBody({ results, place, hasMonths = false }: Props) {
  const { retry, wall, box } = useMessages();
  const folders = useQuery(queries.listFolders.queryOptions()).data;
  const { first, query } = results;
  const cut = shownCut(results);

  if (results.error) {
    const isGone = query.picture?.kind === 'upload' && problemCode(results.error) === 'not-found';
    return (
      <div className={styles.middle}>
        <ProblemNote error={results.error} said={isGone ? [box.gone.title, box.gone.upload] : undefined}>
          <Button onClick={results.retry}>{retry}</Button>
        </ProblemNote>
      </div>
    );
  }
  if (!first) return <div className={styles.waiting} aria-busy />;
  if (results.total === 0) {
    return <div className={styles.middle}>{emptyState()}</div>;
  }
  return (
    <>
      <VisuallyHidden role="status">{wall.found(results.dims ? cut : first.total, first.total)}</VisuallyHidden>
      <Wall results={results} place={place} hasMonths={hasMonths} />
    </>
  );

  function emptyState() {
    if (folders?.length === 0) return <NoFolder />;
    if (isEverything(query)) return <NothingIndexed />;
    return first && <NoResult query={query} page={first} />;
  }
});
