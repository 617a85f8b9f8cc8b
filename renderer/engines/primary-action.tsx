/** @file The one button of a card; where there is nothing to press, what the engine is instead. */
import { Button } from '@mantine/core';
import { IconCheck, IconDownload } from '@tabler/icons-react';
import type { EngineInfo } from '../../core/api/library.ts';
import { useMessages } from '../messages/messages.ts';
import { type Lineup, primaryOf } from './engine-state.ts';
import styles from './primary-action.module.css';
import type { EngineActions } from './use-engine-actions.ts';

type Props = { engine: EngineInfo; lineup: Lineup; actions: EngineActions; onDownload(): void };

export function PrimaryAction({ engine, lineup, actions, onDownload }: Props) {
  const { engines: messages } = useMessages();
  const { name } = engine;
  const icon = <IconDownload size={16} stroke={1.75} aria-hidden />;
  switch (primaryOf(engine)) {
    case 'download':
      return (
        <Button variant="filled" leftSection={icon} aria-label={messages.downloadNamed(name)} onClick={onDownload}>
          {messages.download}
        </Button>
      );
    case 'go-on':
      return (
        <Button variant="filled" leftSection={icon} aria-label={messages.goOnNamed(name)} onClick={() => actions.install(engine)}>
          {messages.goOn}
        </Button>
      );
    case 'stop':
      return (
        <Button aria-label={messages.stopNamed(name)} onClick={() => actions.stop(engine)}>
          {messages.stop}
        </Button>
      );
    case 'use':
      return (
        <Button variant="filled" aria-label={messages.takeNamed(name)} onClick={() => actions.take(engine, lineup)}>
          {messages.use}
        </Button>
      );
    case 'in-use':
      return (
        <span className={styles.state} data-active>
          <IconCheck size={16} stroke={2} aria-hidden />
          {messages.inUse}
        </span>
      );
    case 'takes-over':
      return <span className={styles.state}>{messages.takesOver}</span>;
  }
}
