/** @file All keys on one sheet, by `?`: the table of keys, drawn. */
import { Fragment } from 'react';
import { create } from 'zustand';
import { Dialog } from '../app/dialog.tsx';
import { KeyCaps } from '../app/key-caps.tsx';
import { keyBindings, type Where } from '../app/keys.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './key-sheet.module.css';

export const useKeySheet = create<{ opened: boolean }>(() => ({ opened: false }));

export function KeySheet() {
  const { keys } = useMessages();
  const opened = useKeySheet((state) => state.opened);
  return (
    <Dialog opened={opened} onClose={() => useKeySheet.setState({ opened: false })} title={keys.title} width={680}>
      <div className={styles.groups}>
        {(Object.keys(keys.groups) as Where[]).map((where) => (
          <section key={where} aria-label={keys.groups[where]}>
            <h3 className={styles.title}>{keys.groups[where]}</h3>
            <dl className={styles.rows}>
              {keyBindings
                .filter((binding) => binding.where === where)
                .map((binding) => (
                  <Fragment key={binding.id}>
                    <dt>
                      {binding.keys.map((key) => (
                        <KeyCaps key={key} of={key} />
                      ))}
                    </dt>
                    <dd>{keys.does[binding.label]}</dd>
                  </Fragment>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
