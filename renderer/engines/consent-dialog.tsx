/** @file What must be agreed to before a download, with where it comes from and how much it is. */
import { Button } from '@mantine/core';
import type { EngineInfo } from '../../core/api/library.ts';
import { Dialog } from '../app/dialog.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './engine-dialogs.module.css';
import { SourceLink } from './source-link.tsx';

type Props = { engine: EngineInfo | null; onClose(): void; onAgree(engine: EngineInfo): void };

export function ConsentDialog({ engine, onClose, onAgree }: Props) {
  const { consent, engines, bytes, cancel } = useMessages();
  return (
    <Dialog opened={engine !== null} onClose={onClose} title={consent.title} width={520}>
      {engine && (
        <div className={styles.content}>
          <p className={styles.name}>{engine.name}</p>
          <p>{consent.size(bytes(engine.bytes))}</p>
          {/* The terms scroll: they must be reachable by keyboard. */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling text needs the focus to be scrolled by keys */}
          <section className={styles.terms} aria-label={engines.licence(engine.licence)} tabIndex={0}>
            {engine.consent}
          </section>
          <p className={styles.soft}>{engines.licence(engine.licence)}</p>
          <SourceLink source={engine.source} />
          <div className={styles.buttons}>
            <Button onClick={onClose} data-autofocus>
              {cancel}
            </Button>
            <Button
              variant="filled"
              onClick={() => {
                onAgree(engine);
                onClose();
              }}
            >
              {consent.agree}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
