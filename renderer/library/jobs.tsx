/** @file Work in progress: name, count, rate, time left, pause. */
import { Link } from 'wouter';
import type { Job } from '../../core/api/library.ts';
import { canPause, isDownload, jobCount, jobLine } from '../app/job-line.ts';
import { PauseButton } from '../app/pause-button.tsx';
import { ProgressLine } from '../app/progress-line.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './jobs.module.css';

type Props = {
  jobs: readonly Job[];
  /** The library is paused, also while nothing waits. */
  paused: boolean;
};

export function Jobs({ jobs, paused }: Props) {
  const messages = useMessages();
  const { library, job: words, notices, pages } = messages;
  return (
    <div className={styles.jobs}>
      {jobs.length === 0 && <p className={styles.idle}>{paused ? library.pausedIdle : library.idle}</p>}
      {jobs.length > 0 && (
        <ul className={styles.list}>
          {jobs.map((job, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two jobs can have one name
            <li key={at}>
              <ProgressLine
                facts={jobLine(job, messages)}
                label={words.progress(words.names[job.name])}
                done={job.done}
                of={job.total}
                text={jobCount(job, messages)}
                paused={job.paused}
              >
                {isDownload(job) && (
                  <Link href="/engines" className={styles.way}>
                    {notices.open(pages.names.engines)}
                  </Link>
                )}
              </ProgressLine>
            </li>
          ))}
        </ul>
      )}
      {(paused || jobs.some(canPause)) && <PauseButton paused={paused} />}
    </div>
  );
}
