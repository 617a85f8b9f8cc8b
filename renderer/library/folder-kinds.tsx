/** @file What kinds of files a folder holds, counted when somebody asks: each leads to a search for just these. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Folder } from '../../core/api/library.ts';
import { type FileType, fileTypes } from '../../core/api/query.ts';
import { api, queries } from '../app/api.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import { cleared, withFact } from '../query/query-state.ts';
import { place } from '../query/use-place.ts';
import styles from './folder-kinds.module.css';
import { nameOfFolder } from './folder-name.ts';

type Kind = { readonly type: FileType; readonly items: number };

/** Most frequent first; kinds that are not there are left out. */
async function countKinds(folder: string): Promise<Kind[]> {
  const all = await Promise.all(
    fileTypes.map(async (type) => ({ type, items: (await api.search({ query: { filters: { folder, types: [type] } }, limit: 1 })).total })),
  );
  return all.filter(({ items }) => items > 0).toSorted((a, b) => b.items - a.items);
}

export function FolderKinds({ folder }: { folder: Folder }) {
  const { library } = useMessages();
  const [opened, setOpened] = useState(false);
  return (
    <details className={styles.kinds} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>{library.kinds}</summary>
      {opened && <Kinds folder={folder} />}
    </details>
  );
}

function Kinds({ folder: { path, items } }: { folder: Folder }) {
  const { library, count } = useMessages();
  // The count is part of the key: what has changed since is counted anew. Searches go stale together.
  const kinds = useQuery({ queryKey: [...queries.search.key(), 'kinds', path, items], queryFn: () => countKinds(path) });
  const name = nameOfFolder(path);
  const show = (type: FileType): void => {
    place.step((query) =>
      withFact(withFact(cleared(query), { text: name, filters: { folder: path } }), {
        text: `type:${type}`,
        filters: { types: [type] },
      }),
    );
  };
  if (kinds.isError) return <ProblemNote error={kinds.error} compact />;
  return (
    <ul className={styles.list} aria-busy={kinds.isPending}>
      {kinds.data?.map(({ type, items: found }) => (
        <li key={type}>
          <Button onClick={() => show(type)}>{`${library.types[type]} ${count(found)}`}</Button>
        </li>
      ))}
    </ul>
  );
}
