/** @file Work in progress: name, count, rate, time left, pause. */
import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { Job } from '../../core/api/library.ts';
import { jobLine } from '../app/job-line.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './jobs.module.css';
import { usePauseOrResume } from './use-library-actions.ts';

export function Jobs({ jobs }: { jobs: readonly Job[] }) {
  const messages = useMessages();
  const { library, job: words } = messages;
  const pauseOrResume = usePauseOrResume();
  if (jobs.length === 0) return <p className={styles.idle}>{library.idle}</p>;
  const paused = jobs.every((job) => job.paused);
  return (
    <div className={styles.jobs}>
      <ul className={styles.list}>
        {jobs.map((job) => (
          <li key={job.name}>
            <p className={styles.line}>{jobLine(job, messages)}</p>
            <div
              role="progressbar"
              aria-label={words.progress(words.names[job.name])}
              aria-valuemin={0}
              aria-valuemax={job.total}
              aria-valuenow={job.done}
              aria-valuetext={words.of(job.done, job.total)}
              className={styles.track}
              data-paused={job.paused || undefined}
            >
              <span style={{ transform: `scaleX(${job.total > 0 ? job.done / job.total : 0})` }} />
            </div>
          </li>
        ))}
      </ul>
      <Button
        leftSection={
          paused ? <IconPlayerPlay size={16} stroke={1.75} aria-hidden /> : <IconPlayerPause size={16} stroke={1.75} aria-hidden />
        }
        onClick={() => pauseOrResume(!paused)}
      >
        {paused ? words.resume : words.pause}
      </Button>
    </div>
  );
}
