/** @file A download: how far, how fast, how long still, or what it stands still for. */
import type { EngineInfo } from '../../core/api/library.ts';
import { ProgressLine } from '../app/progress-line.tsx';
import { TechnicalText } from '../app/technical-text.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './engine-download.module.css';

type Props = { engine: EngineInfo; download: NonNullable<EngineInfo['download']> };

export function EngineDownload({ engine, download }: Props) {
  const { engines: messages, job, bytes } = useMessages();
  const { problem, rate, secondsLeft } = download;
  const done = job.bytesOf(bytes(download.done), bytes(download.total));
  const facts = [done];
  if (problem === null && rate > 0) facts.push(job.byteRate(rate));
  if (problem === null && secondsLeft !== null) facts.push(job.left(secondsLeft));
  return (
    <ProgressLine
      facts={facts.join(', ')}
      label={messages.downloadBar(engine.name)}
      done={download.done}
      of={download.total}
      text={done}
      paused={problem !== null}
    >
      <div role="status">
        {problem !== null && (
          <>
            <p className={styles.problem}>{messages.downloadStands}</p>
            <TechnicalText text={problem} />
          </>
        )}
      </div>
    </ProgressLine>
  );
}
