/** @file The honest numbers: size, memory, and the time per picture on this machine, with where that figure comes from. */
import { Button } from '@mantine/core';
import type { EngineInfo } from '../../core/api/library.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './engine-numbers.module.css';
import { isMeasured, secondsToCover } from './engine-state.ts';
import type { Probe } from './use-engine-actions.ts';

export function EngineNumbers({ engine, probe }: { engine: EngineInfo; probe: Probe }) {
  const { engines: messages, bytes } = useMessages();
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
        <Speed engine={engine} probe={probe} />
      </div>
    </dl>
  );
}

function Speed({ engine, probe }: { engine: EngineInfo; probe: Probe }) {
  const { engines: messages, duration, timeLeft } = useMessages();
  const rest = secondsToCover(engine);
  if (engine.secondsPerPicture === null) {
    return (
      <>
        <dd>
          <Button
            aria-label={messages.measureNamed(engine.name)}
            aria-busy={probe.isMeasuring}
            onClick={() => probe.isMeasuring || probe.measure(engine)}
          >
            {messages.measure}
          </Button>
        </dd>
        <dd className={styles.note}>{probe.isMeasuring ? messages.measuring : messages.notMeasured}</dd>
      </>
    );
  }
  const origin = isMeasured(engine) ? messages.measured : messages.estimated;
  return (
    <>
      <dd>{duration(engine.secondsPerPicture)}</dd>
      <dd className={styles.note}>{probe.isMeasuring ? messages.measuring : origin}</dd>
      {rest !== null && <dd className={styles.note}>{messages.forTheRest(engine.of - engine.covered, timeLeft(rest))}</dd>}
    </>
  );
}
