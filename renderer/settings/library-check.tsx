/** @file Runs the library's own checks and shows each with what was found. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../app/api.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './library-check.module.css';

export function LibraryCheck() {
  const { settings: messages } = useMessages();
  const report = useQuery(queries.doctor.queryOptions({ enabled: false, staleTime: Number.POSITIVE_INFINITY }));
  return (
    <div className={styles.check}>
      <Button loading={report.isFetching} onClick={() => void report.refetch()}>
        {messages.check}
      </Button>
      <div role="status">
        {report.isError && <ProblemNote error={report.error} compact />}
        {report.data && !report.isFetching && <p>{report.data.ok ? messages.checkOk : messages.checkFailed}</p>}
      </div>
      {report.data && (
        <ul className={styles.list}>
          {report.data.checks.map((check) => (
            <li key={check.name} data-ok={check.ok || undefined}>
              {check.ok ? (
                <IconCheck size={16} stroke={2} role="img" aria-label={messages.passed} />
              ) : (
                <IconAlertTriangle size={16} stroke={2} role="img" aria-label={messages.failed} />
              )}
              <span>
                {check.name}
                <span className={styles.detail}>{check.detail}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
