/** @file All keys on one sheet, by `?`. */
import { Fragment } from 'react';
import { create } from 'zustand';
import { Dialog } from '../app/dialog.tsx';
import { type Messages, useMessages } from '../messages/messages.ts';
import styles from './key-sheet.module.css';

export const useKeySheet = create<{ opened: boolean }>(() => ({ opened: false }));

type Group = { title: string; rows: readonly (readonly [keys: readonly string[], does: string])[] };

function groupsOf({ keys }: Messages): Group[] {
  return [
    {
      title: keys.groups.everywhere,
      rows: [
        [['/'], keys.focusBox],
        [['?'], keys.sheet],
      ],
    },
    {
      title: keys.groups.box,
      rows: [
        [['Tab'], keys.acceptFact],
        [['Enter'], keys.commit],
        [['Backspace'], keys.backspace],
        [['↓'], keys.toWall],
      ],
    },
    {
      title: keys.groups.wall,
      rows: [
        [['←', '→', '↑', '↓'], keys.walk],
        [['Home', 'End'], keys.ends],
        [['Enter'], keys.open],
        [['Space'], keys.peek],
        [['m'], keys.like],
        [['e'], keys.edit],
      ],
    },
    {
      title: keys.groups.viewer,
      rows: [
        [['→', '←'], keys.nextPrevious],
        [['m'], keys.like],
        [['e'], keys.edit],
        [['i'], keys.panel],
        [['Esc'], keys.close],
      ],
    },
  ];
}

export function KeySheet() {
  const messages = useMessages();
  const opened = useKeySheet((state) => state.opened);
  return (
    <Dialog opened={opened} onClose={() => useKeySheet.setState({ opened: false })} title={messages.keys.title} width={640}>
      <div className={styles.groups}>
        {groupsOf(messages).map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3 className={styles.title}>{group.title}</h3>
            <dl className={styles.rows}>
              {group.rows.map(([keys, does]) => (
                <Fragment key={does}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key} className={styles.key}>
                        {key}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
