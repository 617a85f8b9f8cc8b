/** @file Everything by date, month by month. */
import { VisuallyHidden } from '@mantine/core';
import { usePageTitle } from '../app/page-title.ts';
import { useMessages } from '../messages/messages.ts';
import { emptyQuery } from '../query/query-state.ts';
import { SearchBody } from '../wall/search-body.tsx';
import { useAnswer } from '../wall/use-answer.ts';
import styles from './timeline-page.module.css';
import { useTimelinePlace } from './timeline-place.ts';

export function TimelinePage() {
  const { timeline } = useMessages();
  const results = useAnswer(emptyQuery, { name: 'timeline' });
  const place = useTimelinePlace();
  usePageTitle(timeline.title);
  return (
    <div className={styles.page}>
      <VisuallyHidden component="h1">{timeline.title}</VisuallyHidden>
      <SearchBody results={results} place={place} hasMonths />
    </div>
  );
}
