/** @file One line under the box: what is searched, what is going on, with which engine. Each part leads to its page. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'wouter';
import type { Job, LibraryStatus } from '../../core/api/library.ts';
import { type Lineup, readingEngine } from '../engines/engine-state.ts';
import { useLineup } from '../engines/use-lineup.ts';
import { usePauseOrResume } from '../library/use-library-actions.ts';
import { type Messages, useMessages } from '../messages/messages.ts';
import styles from './facts-line.module.css';
import { canPause, jobCount, jobFacts, jobLine } from './job-line.ts';
import { useStatus } from './use-status.ts';

export const FactsLine = memo(function FactsLine() {
  const messages = useMessages();
  const status = useStatus();
  const lineup = useLineup();
  const pauseOrResume = usePauseOrResume();
  if (!status) return <div className={styles.line} />;
  const { facts, job: jobMessages } = messages;
  const job = status.jobs[0];
  return (
    <section className={styles.line} data-works={job !== undefined || undefined} aria-label={facts.label}>
      <Link href="/library" className={styles.part} data-part="searched">
        {searched(status, facts)}
      </Link>
      {job && (
        <span className={styles.job}>
          <Link href={isOfEngines(job) ? '/engines' : '/library'} className={styles.part}>
            {changeLine(job, lineup, jobFacts(job, messages), messages) ?? jobLine(job, messages)}
          </Link>
          {canPause(job) && (
            <Tooltip label={job.paused ? jobMessages.resume : jobMessages.pause}>
              <ActionIcon
                size={24}
                aria-label={job.paused ? jobMessages.resume : jobMessages.pause}
                onClick={() => pauseOrResume(!job.paused)}
              >
                {job.paused ? <IconPlayerPlayFilled size={12} aria-hidden /> : <IconPlayerPauseFilled size={12} aria-hidden />}
              </ActionIcon>
            </Tooltip>
          )}
        </span>
      )}
      <Link href="/engines" className={styles.part} data-part="engine">
        {engineLine(status, lineup, messages)}
      </Link>
    </section>
  );
});

function isOfEngines(job: Job): boolean {
  return job.name === 'changing-engine' || job.name === 'downloading';
}

function searched(status: LibraryStatus, facts: Messages['facts']): string {
  const parts = [facts.pictures(status.pictures)];
  if (status.pages > 0) parts.push(facts.pages(status.pages));
  if (status.offlineFolders > 0) parts.push(facts.offline(status.offlineFolders));
  return parts.join(', ');
}

/** The engine that answers; a change is told here only while other work stands before it in the line. */
function engineLine(status: LibraryStatus, lineup: Lineup | null, messages: Messages): string {
  const { facts } = messages;
  const named = facts.engine(status.engine.name, status.engine.provider);
  const serving = status.engine.english && !messages.locale.startsWith('en') ? facts.english(named) : named;
  const job = status.jobs.slice(1).find(({ name }) => name === 'changing-engine');
  const change = job && changeLine(job, lineup, [jobCount(job, messages)], messages);
  return change ? facts.both(serving, change) : serving;
}

/** A job of an engine with the engine's name; null where it is none, or the name is not known yet. */
function changeLine(job: Job, lineup: Lineup | null, parts: readonly string[], { facts }: Messages): string | null {
  const engine = lineup && job.name === 'changing-engine' && readingEngine(lineup);
  if (!engine) return null;
  return lineup.change ? facts.takesOver(engine.name, parts) : facts.reads(engine.name, parts);
}
