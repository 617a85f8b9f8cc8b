/** @file The honest numbers: size, memory, time per picture on this machine, and what was published of its results. */
import type { EngineInfo } from '../../core/api/library.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './engine-numbers.module.css';
import { isMeasured, secondsToCover } from './engine-state.ts';

export function EngineNumbers({ engine, isMeasuring }: { engine: EngineInfo; isMeasuring: boolean }) {
  const { engines: messages, bytes, duration, timeLeft } = useMessages();
  const rest = secondsToCover(engine);
  const isTimed = engine.secondsPerPicture !== null;
  const origin = isTimed ? (isMeasured(engine) ? messages.measured : messages.estimated) : messages.notMeasured;
  return (
    <dl className={styles.numbers}>
      <div>
        <dt>{engine.installed ? messages.sizeInstalled : messages.size}</dt>
        <dd>{engine.bytes > 0 ? bytes(engine.bytes) : messages.unknown}</dd>
      </div>
      <div>
        <dt>{messages.memory}</dt>
        <dd>{engine.memoryBytes > 0 ? bytes(engine.memoryBytes) : messages.unknown}</dd>
      </div>
      <div>
        <dt>{messages.speed}</dt>
        <dd data-unknown={!isTimed || undefined}>
          {engine.secondsPerPicture === null ? messages.unknown : duration(engine.secondsPerPicture)}
        </dd>
        <dd className={styles.note}>{isMeasuring ? messages.measuring : origin}</dd>
        {rest !== null && !isMeasuring && (
          <dd className={styles.note}>{messages.forTheRest(engine.of - engine.covered, timeLeft(rest))}</dd>
        )}
      </div>
      <div className={styles.scores}>
        <dt>{messages.scores}</dt>
        <dd>{engine.scores || messages.notPublished}</dd>
      </div>
    </dl>
  );
}
