/** @file The library: folders, what is being worked on, and what could not be read. */
import { Button } from '@mantine/core';
import { IconFolderPlus, IconPhoto } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Folder } from '../../core/api/library.ts';
import { queries } from '../app/api.ts';
import { Page, Section } from '../app/page.tsx';
import { PathText } from '../app/path-text.tsx';
import { ProblemNote } from '../app/problem-note.tsx';
import { useStatus } from '../app/use-status.ts';
import { useMessages } from '../messages/messages.ts';
import { openAddFolder } from './adding-folder.ts';
import { ExclusionsDialog } from './exclusions-dialog.tsx';
import { Failures } from './failures.tsx';
import { FolderRow } from './folder-row.tsx';
import { Jobs } from './jobs.tsx';
import styles from './library-page.module.css';
import { ListRows } from './list-row.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { useAddSamples } from './use-library-actions.ts';

export function LibraryPage() {
  const { library, retry } = useMessages();
  const folders = useQuery(queries.listFolders.queryOptions());
  const status = useStatus();
  const samples = useAddSamples();
  const [excluding, setExcluding] = useState<{ folder: Folder; suggested: string | null } | null>(null);
  const [removing, setRemoving] = useState<Folder | null>(null);

  return (
    <Page
      title={library.title}
      intro={library.intro}
      actions={
        <>
          <Button
            leftSection={<IconPhoto size={16} stroke={1.75} aria-hidden />}
            loading={samples.isPending}
            onClick={() => samples.mutate(undefined)}
          >
            {library.addSamples}
          </Button>
          <Button variant="filled" leftSection={<IconFolderPlus size={16} stroke={1.75} aria-hidden />} onClick={openAddFolder}>
            {library.addFolder}
          </Button>
        </>
      }
    >
      <Section title={library.folders}>
        {folders.isError && (
          <ProblemNote error={folders.error}>
            <Button onClick={() => void folders.refetch()}>{retry}</Button>
          </ProblemNote>
        )}
        {folders.data?.length === 0 && <p className={styles.soft}>{library.none}</p>}
        {folders.data && folders.data.length > 0 && (
          <ListRows>
            {folders.data.map((folder) => (
              <FolderRow
                key={folder.id}
                folder={folder}
                onExclude={() => setExcluding({ folder, suggested: null })}
                onRemove={() => setRemoving(folder)}
              />
            ))}
          </ListRows>
        )}
      </Section>
      <Section title={library.work}>
        <Jobs jobs={status?.jobs ?? []} paused={status?.paused ?? false} />
      </Section>
      {status && status.failed > 0 && (
        <Failures folders={folders.data ?? []} onExclude={(folder, suggested) => setExcluding({ folder, suggested })} />
      )}
      {status && (
        <p className={styles.soft}>
          {library.location}{' '}
          <span className={styles.path}>
            <PathText path={status.library} />
          </span>
        </p>
      )}
      <ExclusionsDialog folder={excluding?.folder ?? null} suggested={excluding?.suggested ?? null} onClose={() => setExcluding(null)} />
      <RemoveDialog folder={removing} onClose={() => setRemoving(null)} />
    </Page>
  );
}
