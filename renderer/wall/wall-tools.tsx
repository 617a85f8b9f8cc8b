/** @file How the wall is ordered and whether near-duplicates are stacked. */
import { Tooltip } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { memo } from 'react';
import { useMessages } from '../messages/messages.ts';
import { orderOf } from '../query/query-state.ts';
import { place, usePlace } from '../query/use-place.ts';
import { type SearchResults, shownCut } from './use-answer.ts';
import styles from './wall-tools.module.css';

export const WallTools = memo(function WallTools({ results }: { results: SearchResults }) {
  const { facts, wall } = useMessages();
  const query = usePlace((state) => state.query);
  const order = orderOf(query);
  const hasRelevance = query.words.trim() !== '' || query.picture !== null;
  return (
    <div className={styles.tools}>
      {results.waiting ? (
        <span key="waiting" className={styles.waiting}>
          {wall.searching}
        </span>
      ) : (
        results.dims &&
        results.first && (
          <span key="found" className={styles.found} aria-hidden>
            {wall.foundShort(shownCut(results), results.first.total)}
          </span>
        )
      )}
      <Tooltip label={facts.groupHint}>
        <button
          type="button"
          className={styles.tool}
          aria-label={facts.group}
          aria-pressed={query.group}
          onClick={() => place.step((state) => ({ ...state, group: !state.group }))}
        >
          <IconStack2 size={16} stroke={1.75} aria-hidden />
          <span className={styles.group}>{facts.group}</span>
        </button>
      </Tooltip>
      <fieldset className={styles.order} aria-label={facts.order}>
        <Tooltip label={facts.orderNeedsQuery} disabled={hasRelevance}>
          <button
            type="button"
            className={styles.tool}
            aria-pressed={order === 'relevance'}
            aria-disabled={!hasRelevance}
            onClick={() => hasRelevance && place.step((state) => ({ ...state, order: 'relevance' }))}
          >
            {facts.byRelevance}
          </button>
        </Tooltip>
        <button
          type="button"
          className={styles.tool}
          aria-pressed={order === 'date'}
          onClick={() => hasRelevance && place.step((state) => ({ ...state, order: 'date' }))}
        >
          {facts.byDate}
        </button>
      </fieldset>
    </div>
  );
});
