/** @file One engine: what it is, its honest numbers, what it cannot do, and the one thing to do with it now. */
import type { EngineInfo } from '../../core/api/library.ts';
import { ProgressBar } from '../app/progress-bar.tsx';
import { TechnicalText } from '../app/technical-text.tsx';
import { useNotice } from '../app/use-status.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './engine-card.module.css';
import { EngineDownload } from './engine-download.tsx';
import { EngineMenu } from './engine-menu.tsx';
import { EngineNumbers } from './engine-numbers.tsx';
import type { Lineup } from './engine-state.ts';
import { PrimaryAction } from './primary-action.tsx';
import { SourceLink } from './source-link.tsx';
import { type EngineActions, useProbe } from './use-engine-actions.ts';
import { engineAttribute } from './use-kept-focus.ts';

type Props = {
  engine: EngineInfo;
  /** What can be done with one engine depends on the others. */
  lineup: Lineup;
  actions: EngineActions;
  onDownload(): void;
  onRemove(): void;
};

export function EngineCard({ engine, lineup, actions, onDownload, onRemove }: Props) {
  const { engines: messages, locale } = useMessages();
  const words = messages.described[engine.id];
  const limits = words?.limits ?? engine.limits;
  const isForeign = !locale.startsWith('en');
  const probe = useProbe();
  // Why it runs where it runs, told of the engine that serves.
  const providerNote = useNotice('provider')?.text;
  return (
    <li className={styles.card} aria-label={engine.name} tabIndex={-1} {...{ [engineAttribute]: engine.id }}>
      <div className={styles.heading}>
        <h3 className={styles.name}>{engine.name}</h3>
        <div className={styles.actions}>
          <PrimaryAction engine={engine} lineup={lineup} actions={actions} onDownload={onDownload} />
          <EngineMenu engine={engine} lineup={lineup} actions={actions} probe={probe} onRemove={onRemove} />
        </div>
      </div>
      <p className={styles.kind}>{messages.kinds[engine.kind]}</p>
      <div className={styles.description}>
        <p lang={words ? undefined : 'en'}>{words?.description ?? engine.description}</p>
        <p className={styles.goodFor}>{messages.goodFor[engine.kind]}</p>
      </div>
      {engine.problem !== null && (
        <div className={styles.problem}>
          <p>{messages.problem}</p>
          <TechnicalText text={engine.problem} />
        </div>
      )}
      {engine.download && <EngineDownload engine={engine} download={engine.download} />}
      <EngineNumbers engine={engine} probe={probe} />
      <Coverage engine={engine} lineup={lineup} />
      <dl className={styles.lines}>
        <dt>{messages.scores}</dt>
        <dd>{engine.scores ? <span lang="en">{engine.scores}</span> : messages.notPublished}</dd>
        {limits && (
          <>
            <dt>{messages.cannot}</dt>
            <dd lang={words ? undefined : 'en'}>{limits}</dd>
          </>
        )}
        {engine.english && isForeign && (
          <>
            <dt>{messages.languages}</dt>
            <dd>{messages.english}</dd>
          </>
        )}
        <dt>{messages.edits}</dt>
        <dd>{messages.compositions[engine.composition]}</dd>
        <dt>{messages.terms}</dt>
        <dd>
          <span lang="en">{engine.licence}</span>
          <SourceLink source={engine.source} />
        </dd>
        {engine.provider && (
          <>
            <dt>{messages.runs}</dt>
            <dd>
              {engine.provider}
              {engine.id === lineup.serving?.id && providerNote && <TechnicalText text={providerNote} />}
            </dd>
          </>
        )}
        <dt>{messages.length}</dt>
        <dd>{messages.dimension(engine.dimension)}</dd>
      </dl>
    </li>
  );
}

/** While it changes hands the change itself shows this. */
function Coverage({ engine, lineup: { change } }: Pick<Props, 'engine' | 'lineup'>) {
  const { engines: messages } = useMessages();
  const isChanging = engine.id === change?.from.id || engine.id === change?.to.id;
  if (isChanging || !engine.installed || (!engine.active && engine.covered === 0)) return null;
  const text = messages.covers(engine.covered, engine.of);
  return (
    <div className={styles.coverage}>
      <p>{text}</p>
      {engine.covered < engine.of && (
        <ProgressBar label={messages.coverageBar(engine.name)} done={engine.covered} of={engine.of} text={text} quiet={!engine.active} />
      )}
    </div>
  );
}
