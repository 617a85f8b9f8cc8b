/** @file The collections that a picture is in: each opens, and lets it go. */
import { Button } from '@mantine/core';
import { IconFolderPlus, IconX } from '@tabler/icons-react';
import { useRef } from 'react';
import type { ItemDetail } from '../../core/api/library.ts';
import { openCollection } from '../collections/open-collection.ts';
import { collectItems } from '../keepsakes/collect-store.ts';
import { useRemovals } from '../keepsakes/removals.ts';
import { useCollect } from '../keepsakes/use-keepsakes.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './panel.module.css';

export function CollectionsPart({ item }: { item: ItemDetail }) {
  const { viewer } = useMessages();
  const collect = useCollect();
  const addRef = useRef<HTMLButtonElement>(null);
  const hidden = useRemovals((state) => state.hidden);
  const collections = item.collections.filter(({ id }) => !hidden.has(id));
  return (
    <section className={styles.section} aria-label={viewer.collections}>
      <h3>{viewer.collections}</h3>
      {collections.length === 0 && <p className={styles.soft}>{viewer.inNone}</p>}
      {collections.length > 0 && (
        <ul className={styles.collections}>
          {collections.map(({ id, name }) => (
            <li key={id}>
              <button type="button" className={styles.open} aria-label={viewer.openCollection(name)} onClick={() => openCollection(name)}>
                {name}
              </button>
              <button
                type="button"
                className={styles.takeOut}
                aria-label={viewer.takeOut(name)}
                onClick={() => {
                  // The button goes with what it took out.
                  addRef.current?.focus();
                  void collect.outOf(id, [item.id]);
                }}
              >
                <IconX size={14} stroke={2} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Button
        ref={addRef}
        className={styles.add}
        leftSection={<IconFolderPlus size={16} stroke={1.75} aria-hidden />}
        onClick={() => collectItems([item.id])}
      >
        {viewer.collect}
      </Button>
    </section>
  );
}
