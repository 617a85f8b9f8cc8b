/** @file Chooses a folder of this machine by walking or by typing its path, and adds it. */
import { Button, TextInput } from '@mantine/core';
import { IconArrowUp, IconFolder } from '@tabler/icons-react';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../app/api.ts';
import { Dialog } from '../app/dialog.tsx';
import { notify } from '../app/notices.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './browse-dialog.module.css';
import { refreshLibrary } from './use-library-actions.ts';

type Props = { opened: boolean; onClose(): void };

export function BrowseDialog({ opened, onClose }: Props) {
  const { browse } = useMessages();
  return (
    <Dialog opened={opened} onClose={onClose} title={browse.title} width={560}>
      <FolderBrowser onClose={onClose} />
    </Dialog>
  );
}

function FolderBrowser({ onClose }: { onClose(): void }) {
  const { browse, library, cancel } = useMessages();
  /** The folder that is shown; undefined = where the machine suggests to start. */
  const [shown, setShown] = useState<string>();
  /** What stands in the field while it differs from the folder that is shown. */
  const [typed, setTyped] = useState<string | null>(null);
  const listing = useQuery(
    queries.browse.queryOptions({ input: shown === undefined ? {} : { path: shown }, placeholderData: keepPreviousData }),
  );
  const path = typed ?? listing.data?.path ?? '';
  const add = useMutation(
    queries.addFolder.mutationOptions({
      onSuccess: (folder) => {
        notify(library.added(folder.path));
        refreshLibrary();
        onClose();
      },
    }),
  );
  const go = (to: string): void => {
    add.reset();
    setTyped(null);
    setShown(to);
  };

  return (
    <div className={styles.browser}>
      <TextInput
        label={browse.path}
        value={path}
        data-autofocus
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          go(path);
        }}
      />
      <div className={styles.list}>
        {listing.data?.parent && (
          <button type="button" className={styles.folder} onClick={() => go(listing.data.parent ?? '')}>
            <IconArrowUp size={16} stroke={1.75} aria-hidden />
            {browse.up}
          </button>
        )}
        <ul aria-label={browse.folders}>
          {listing.data?.folders.map((folder) => (
            <li key={folder.path}>
              <button type="button" className={styles.folder} onClick={() => go(folder.path)}>
                <IconFolder size={16} stroke={1.75} aria-hidden />
                {folder.name}
              </button>
            </li>
          ))}
        </ul>
        {listing.data?.folders.length === 0 && <p className={styles.none}>{browse.none}</p>}
      </div>
      {listing.isError && !add.isError && <ProblemNote error={listing.error} />}
      {add.isError && <ProblemNote error={add.error} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>{cancel}</Button>
        <Button variant="filled" disabled={path.trim() === ''} loading={add.isPending} onClick={() => add.mutate({ path: path.trim() })}>
          {browse.add}
        </Button>
      </div>
    </div>
  );
}
