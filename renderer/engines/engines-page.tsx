/** @file The engines, each with its honest numbers and what it cannot do. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { EngineInfo } from '../../core/api/library.ts';
import { queries } from '../app/api.ts';
import { Page, Section } from '../app/page.tsx';
import { ProblemNote } from '../app/problem-note.tsx';
import { useStatus } from '../app/use-status.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './engines-page.module.css';

export function EnginesPage() {
  const { engines: messages, retry } = useMessages();
  const engines = useQuery(queries.listEngines.queryOptions());
  const index = useStatus()?.index;
  return (
    <Page title={messages.title} intro={messages.intro}>
      {engines.isError && (
        <ProblemNote error={engines.error}>
          <Button onClick={() => void engines.refetch()}>{retry}</Button>
        </ProblemNote>
      )}
      <ul className={styles.list}>
        {engines.data?.map((engine) => (
          <EngineCard key={engine.id} engine={engine} />
        ))}
      </ul>
      {index && (
        <Section title={messages.index}>
          <p className={styles.soft}>{[index.backend, index.note].filter(Boolean).join('. ')}</p>
        </Section>
      )}
    </Page>
  );
}

function EngineCard({ engine }: { engine: EngineInfo }) {
  const { engines: messages, bytes, count, duration } = useMessages();
  const share = engine.of > 0 ? engine.covered / engine.of : 0;
  const numbers: [string, string][] = [
    [messages.download, bytes(engine.bytes)],
    [messages.memory, bytes(engine.memoryBytes)],
    [messages.speed, engine.secondsPerPicture === null ? messages.notMeasured : duration(engine.secondsPerPicture)],
    [messages.coverage, messages.covers(engine.covered, engine.of)],
  ];
  return (
    <li className={styles.card} aria-label={engine.name}>
      <div className={styles.heading}>
        <h2 className={styles.name}>{engine.name}</h2>
        <span className={styles.state} data-active={engine.active || undefined}>
          {engine.active ? messages.active : engine.installed ? '' : messages.notInstalled}
        </span>
      </div>
      <p>{engine.description}</p>
      <dl className={styles.numbers}>
        {numbers.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div
        role="progressbar"
        aria-label={messages.coverageBar(engine.name)}
        aria-valuemin={0}
        aria-valuemax={engine.of}
        aria-valuenow={engine.covered}
        className={styles.track}
      >
        <span style={{ transform: `scaleX(${share})` }} />
      </div>
      <div>
        <h3 className={styles.cannot}>{messages.cannot}</h3>
        <p>{engine.limits}</p>
      </div>
      <p className={styles.soft}>
        {[
          `${messages.licence}: ${engine.licence}`,
          `${messages.runsOn}: ${engine.provider ?? messages.notRunning}`,
          `${messages.dimension}: ${count(engine.dimension)}`,
        ].join(' · ')}
      </p>
    </li>
  );
}
