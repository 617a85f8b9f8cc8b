/** @file The engines: which one answers, which could, a change under way, and how vectors are searched. */
import { Button } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EngineInfo } from '../../core/api/library.ts';
import { queries } from '../app/api.ts';
import { Page, Section } from '../app/page.tsx';
import { ProblemNote } from '../app/problem-note.tsx';
import { TechnicalText } from '../app/technical-text.tsx';
import { useStatus } from '../app/use-status.ts';
import { useMessages } from '../messages/messages.ts';
import { ConsentDialog } from './consent-dialog.tsx';
import { EngineCard } from './engine-card.tsx';
import { EngineChange } from './engine-change.tsx';
import { lineupOf } from './engine-state.ts';
import styles from './engines-page.module.css';
import { ImportDialog } from './import-dialog.tsx';
import { RemoveEngineDialog } from './remove-engine-dialog.tsx';
import { useEngineActions } from './use-engine-actions.ts';
import { useKeptFocus } from './use-kept-focus.ts';

const noEngines: EngineInfo[] = [];

export function EnginesPage() {
  const { engines: messages, retry } = useMessages();
  const list = useQuery(queries.listEngines.queryOptions());
  const status = useStatus();
  const actions = useEngineActions();
  const [asking, setAsking] = useState<EngineInfo | null>(null);
  const [removing, setRemoving] = useState<EngineInfo | null>(null);
  const [importing, setImporting] = useState(false);
  const engines = list.data ?? noEngines;
  const lineup = lineupOf(engines, status?.engine.id);
  const keptFocus = useKeptFocus(engines);
  const sections = [
    { title: messages.installed, engines: engines.filter((engine) => engine.installed) },
    { title: messages.available, engines: engines.filter((engine) => !engine.installed) },
  ];

  return (
    <Page
      title={messages.title}
      intro={messages.intro}
      actions={
        <Button leftSection={<IconFolderOpen size={16} stroke={1.75} aria-hidden />} onClick={() => setImporting(true)}>
          {messages.import}
        </Button>
      }
    >
      {list.isError && (
        <ProblemNote error={list.error}>
          <Button onClick={() => void list.refetch()}>{retry}</Button>
        </ProblemNote>
      )}
      {lineup.change && <EngineChange change={lineup.change} onKeep={actions.keep} />}
      <div {...keptFocus}>
        {sections
          .filter((section) => section.engines.length > 0)
          .map((section) => (
            <Section key={section.title} title={section.title}>
              <ul className={styles.list}>
                {section.engines.map((engine) => (
                  <EngineCard
                    key={engine.id}
                    engine={engine}
                    lineup={lineup}
                    actions={actions}
                    onDownload={() => (engine.consent === null ? actions.install(engine) : setAsking(engine))}
                    onRemove={() => setRemoving(engine)}
                  />
                ))}
              </ul>
            </Section>
          ))}
      </div>
      {status && (
        <Section title={messages.index}>
          <p className={styles.soft}>{status.index.backend}</p>
          {status.index.note && <TechnicalText text={status.index.note} />}
        </Section>
      )}
      <ConsentDialog engine={asking} onClose={() => setAsking(null)} onAgree={actions.install} />
      <RemoveEngineDialog engine={removing} onClose={() => setRemoving(null)} />
      <ImportDialog opened={importing} onClose={() => setImporting(false)} />
    </Page>
  );
}
