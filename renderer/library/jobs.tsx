/** @file Work in progress: name, count, rate, time left, pause. */
import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { Job } from '../../core/api/library.ts';
import { canPause, jobCount, jobLine } from '../app/job-line.ts';
import { ProgressBar } from '../app/progress-bar.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './jobs.module.css';
import { usePauseOrResume } from './use-library-actions.ts';

export function Jobs({ jobs }: { jobs: readonly Job[] }) {
  const messages = useMessages();
  const { library, job: words } = messages;
  const pauseOrResume = usePauseOrResume();
  if (jobs.length === 0) return <p className={styles.idle}>{library.idle}</p>;
  const pausable = jobs.filter(canPause);
  const paused = pausable.every((job) => job.paused);
  return (
    <div className={styles.jobs}>
      <ul className={styles.list}>
        {jobs.map((job, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two jobs can have one name
          <li key={at}>
            <p className={styles.line}>{jobLine(job, messages)}</p>
            <ProgressBar
              label={words.progress(words.names[job.name])}
              done={job.done}
              of={job.total}
              text={jobCount(job, messages)}
              paused={job.paused}
            />
          </li>
        ))}
      </ul>
      {pausable.length > 0 && (
        <Button
          leftSection={
            paused ? <IconPlayerPlay size={16} stroke={1.75} aria-hidden /> : <IconPlayerPause size={16} stroke={1.75} aria-hidden />
          }
          onClick={() => pauseOrResume(!paused)}
        >
          {paused ? words.resume : words.pause}
        </Button>
      )}
    </div>
  );
}
