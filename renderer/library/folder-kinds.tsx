/** @file What kinds of files a folder holds, counted when somebody asks: each leads to a search for just these. */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Folder } from '../../core/api/library.ts';
import type { FileType } from '../../core/api/query.ts';
import { queries } from '../app/api.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import { cleared, withFact } from '../query/query-state.ts';
import { place } from '../query/use-place.ts';
import styles from './folder-kinds.module.css';
import { nameOfFolder } from './folder-name.ts';

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

function Kinds({ folder: { path } }: { folder: Folder }) {
  const { library, count } = useMessages();
  const kinds = useQuery(queries.countTypes.queryOptions({ input: { filters: { folder: path } } }));
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
