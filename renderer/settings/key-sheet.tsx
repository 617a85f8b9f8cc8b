/** @file All keys on one sheet, by `?`: the table of keys, drawn. */
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
    <Dialog opened={opened} onClose={() => useKeySheet.setState({ opened: false })} title={keys.title} width={760}>
      <div className={styles.groups}>
        {(Object.keys(keys.groups) as Where[]).map((where) => (
          <section key={where} className={styles.group} aria-label={keys.groups[where]}>
            <h3 className={styles.title}>{keys.groups[where]}</h3>
            <dl className={styles.rows}>
              {keyBindings
                .filter((binding) => binding.where === where)
                .map((binding) => (
                  <div key={binding.id} className={styles.row}>
                    <dt>
                      <KeyCaps of={binding.keys} />
                    </dt>
                    <dd>{keys.does[binding.label]}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
