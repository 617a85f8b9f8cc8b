/** @file A change of engine under way: how much of the library each of the two has read, what goes on meanwhile, and a way back. */
import { Button } from '@mantine/core';
import type { EngineInfo } from '../../core/api/library.ts';
import { jobPace } from '../app/job-line.ts';
import { PauseButton } from '../app/pause-button.tsx';
import { ProgressBar } from '../app/progress-bar.tsx';
import { noticeText } from '../app/standing-notices.ts';
import { TechnicalText } from '../app/technical-text.tsx';
import { useNotice, useStatus } from '../app/use-status.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './engine-change.module.css';
import type { Change } from './engine-state.ts';
import type { EngineActions } from './use-engine-actions.ts';

export function EngineChange({ change, onKeep }: { change: Change; onKeep: EngineActions['keep'] }) {
  const messages = useMessages();
  const { changeEngine } = messages;
  const problem = useNotice('next-engine');
  const job = useStatus()?.jobs.find(({ name }) => name === 'changing-engine');
  const { from, to } = change;
  return (
    <section className={styles.change} aria-label={changeEngine.title(to.name, from.name)}>
      <h2 className={styles.title}>{changeEngine.title(to.name, from.name)}</h2>
      <div className={styles.bars}>
        <Coverage engine={from} quiet />
        <Coverage engine={to} note={job && jobPace(job, messages).join(', ')} paused={job?.paused ?? false} />
      </div>
      {problem ? (
        <div role="alert">
          <p className={styles.problem}>{noticeText(problem, messages)}</p>
          <TechnicalText text={problem.text} />
        </div>
      ) : (
        <p className={styles.meanwhile}>{changeEngine.meanwhile(to.name, from.name)}</p>
      )}
      <div className={styles.buttons}>
        {job && <PauseButton paused={job.paused} />}
        <Button onClick={() => onKeep(change)}>{changeEngine.keep(from.name)}</Button>
      </div>
    </section>
  );
}

type CoverageProps = { engine: EngineInfo; note?: string | undefined; quiet?: boolean; paused?: boolean };

function Coverage({ engine, note, quiet = false, paused = false }: CoverageProps) {
  const { changeEngine, engines } = useMessages();
  const text = changeEngine.covered(engine.covered, engine.of);
  return (
    <div className={styles.bar}>
      <span className={styles.name}>{engine.name}</span>
      <ProgressBar
        label={engines.coverageBar(engine.name)}
        done={engine.covered}
        of={engine.of}
        text={text}
        quiet={quiet}
        paused={paused}
      />
      <span className={styles.count}>{text}</span>
      {note && <span className={styles.pace}>{note}</span>}
    </div>
  );
}
