/** @file Stars and collections, as cards that open on the wall. */
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Collection } from '../../core/api/keepsakes.ts';
import { api, queries, queryClient } from '../app/api.ts';
import { Page } from '../app/page.tsx';
import { ProblemNote } from '../app/problem-note.tsx';
import { removeSoon, useRemovals } from '../keepsakes/removals.ts';
import { useMessages } from '../messages/messages.ts';
import { CollectionCard } from './collection-card.tsx';
import styles from './collections-page.module.css';
import { NameDialog } from './name-dialog.tsx';
import { collectionQuery, hrefOf, starsQuery } from './open-collection.ts';

export function CollectionsPage() {
  const messages = useMessages();
  const { collections, retry } = messages;
  const list = useQuery(queries.listCollections.queryOptions());
  const hidden = useRemovals((state) => state.hidden);
  const [isNaming, setNaming] = useState(false);
  /** The one that gets another name; null for a new one. */
  const [renamed, setRenamed] = useState<Collection | null>(null);
  const makeRef = useRef<HTMLButtonElement>(null);
  const all = list.data?.filter(({ id }) => !hidden.has(id));

  const remove = (collection: Collection): void => {
    removeSoon(collection, messages);
    // Its card, and with it the focus, is gone.
    makeRef.current?.focus();
  };

  const name = async (given: string): Promise<void> => {
    if (renamed) await api.renameCollection({ id: renamed.id, name: given });
    else await api.makeCollection({ name: given });
    await queryClient.invalidateQueries({ queryKey: queries.listCollections.key() });
  };

  const ask = (collection: Collection | null): void => {
    setRenamed(collection);
    setNaming(true);
  };

  return (
    <Page
      title={collections.title}
      intro={collections.intro}
      actions={
        <Button ref={makeRef} leftSection={<IconPlus size={16} stroke={1.75} aria-hidden />} onClick={() => ask(null)}>
          {collections.make}
        </Button>
      }
    >
      {list.isError && (
        <ProblemNote error={list.error}>
          <Button onClick={() => void list.refetch()}>{retry}</Button>
        </ProblemNote>
      )}
      {all && (
        <ul className={styles.cards} aria-label={collections.label}>
          <StarsCard />
          {all.map((collection) => (
            <CollectionCard
              key={collection.id}
              name={collection.name}
              href={hrefOf(collectionQuery(collection.name))}
              line={collection.items === 0 ? collections.empty : collections.items(collection.items)}
              cover={collection.cover}
              onRename={() => ask(collection)}
              onRemove={() => remove(collection)}
            />
          ))}
        </ul>
      )}
      {all?.length === 0 && (
        <div className={styles.none}>
          <h2>{collections.none}</h2>
          <p>{collections.noneText}</p>
        </div>
      )}
      <NameDialog
        opened={isNaming}
        title={renamed ? collections.renameTitle : collections.make}
        confirm={renamed ? collections.rename : collections.makeConfirm}
        name={renamed?.name ?? ''}
        taken={list.data?.filter(({ id }) => id !== renamed?.id).map((other) => other.name) ?? []}
        onName={name}
        onClose={() => setNaming(false)}
      />
    </Page>
  );
}

function StarsCard() {
  const { collections } = useMessages();
  const stars = useQuery(queries.search.queryOptions({ input: { query: { filters: { starred: true } }, order: 'date', limit: 1 } })).data;
  const [newest] = stars?.hits ?? [];
  const total = stars?.total ?? 0;
  return (
    <CollectionCard
      name={collections.starred}
      href={hrefOf(starsQuery())}
      line={stars === undefined ? '' : total === 0 ? collections.noStars : collections.items(total)}
      cover={newest ? { id: newest.id, version: newest.version, colour: newest.colour } : null}
      isStars
    />
  );
}
