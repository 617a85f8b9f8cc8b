/** @file Below the last row: what went wrong with the next page, or that newer results exist. */
import { Button } from '@mantine/core';
import { useMessages } from '../messages/messages.ts';
import type { SearchResults } from './use-search.ts';
import styles from './wall-footer.module.css';

export function WallFooter({ results }: { results: SearchResults }) {
  const { wall, retry } = useMessages();
  return (
    <>
      {results.moreFailed && (
        <div className={styles.footer} role="alert">
          <p>{wall.moreFailed}</p>
          <Button onClick={results.loadMore}>{retry}</Button>
        </div>
      )}
      {results.stale && (
        <div className={styles.newer} role="status">
          <span>{wall.newer}</span>
          <Button variant="filled" onClick={results.update}>
            {wall.update}
          </Button>
        </div>
      )}
      <div className={styles.end} />
    </>
  );
}
