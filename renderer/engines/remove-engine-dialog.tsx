/** @file Asks before an engine is removed, and says what goes and what stays. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { EngineInfo } from '../../core/api/library.ts';
import { queries } from '../app/api.ts';
import { Dialog } from '../app/dialog.tsx';
import { notify } from '../app/notices.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './engine-dialogs.module.css';
import { refreshEngines } from './use-engine-actions.ts';

export function RemoveEngineDialog({ engine, onClose }: { engine: EngineInfo | null; onClose(): void }) {
  const { removeEngine } = useMessages();
  return (
    <Dialog opened={engine !== null} onClose={onClose} title={removeEngine.title} width={480}>
      {engine && <Removal engine={engine} onClose={onClose} />}
    </Dialog>
  );
}

function Removal({ engine, onClose }: { engine: EngineInfo; onClose(): void }) {
  const { removeEngine: messages, engines, bytes, cancel } = useMessages();
  const remove = useMutation(
    queries.removeEngine.mutationOptions({
      onSuccess: () => {
        notify(engines.removed(engine.name));
        refreshEngines();
        onClose();
      },
    }),
  );
  const isImported = engine.source === null;
  return (
    <div className={styles.content}>
      <p className={styles.name}>{engine.name}</p>
      <dl className={styles.fates}>
        <div>
          <dt>{messages.goes}</dt>
          {engine.download && <dd>{messages.part(bytes(engine.download.done))}</dd>}
          {engine.installed && !isImported && <dd>{messages.files(bytes(engine.bytes))}</dd>}
          {engine.installed && <dd>{messages.vectors(engine.covered)}</dd>}
        </div>
        <div>
          <dt>{messages.stays}</dt>
          {isImported && <dd>{messages.folder}</dd>}
          <dd>{messages.others}</dd>
        </div>
      </dl>
      {!isImported && <p className={styles.soft}>{messages.again}</p>}
      {remove.isError && <ProblemNote error={remove.error} />}
      <div className={styles.buttons}>
        <Button onClick={onClose} data-autofocus>
          {cancel}
        </Button>
        <Button variant="filled" aria-busy={remove.isPending} onClick={() => !remove.isPending && remove.mutate({ id: engine.id })}>
          {messages.confirm}
        </Button>
      </div>
    </div>
  );
}
