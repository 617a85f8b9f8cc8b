/** @file Chooses a folder of this machine by walking or by typing its path. What becomes of it is the caller's. */
import { Button, TextInput } from '@mantine/core';
import { IconArrowUp, IconFolder } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries } from '../app/api.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './folder-browser.module.css';

type Props = {
  /** What the button says. */
  action: string;
  /** The chosen folder is being worked on: what the button says then. */
  busy: string | null;
  /** Why the folder that was chosen last could not be taken. */
  problem: unknown;
  onChoose(path: string): void;
  /** Another folder is looked at: what was said of the last one no longer matters. */
  onWalk(): void;
  onClose(): void;
};

export function FolderBrowser({ action, busy, problem, onChoose, onWalk, onClose }: Props) {
  const { browse, cancel } = useMessages();
  /** The folder that is shown; undefined = where the machine suggests to start. */
  const [shown, setShown] = useState<string>();
  /** What stands in the field while it differs from the folder that is shown. */
  const [typed, setTyped] = useState<string | null>(null);
  const listing = useQuery(
    queries.browse.queryOptions({ input: shown === undefined ? {} : { path: shown }, placeholderData: keepPreviousData }),
  );
  const path = typed ?? listing.data?.path ?? '';
  const isRefused = problem !== null;
  const go = (to: string): void => {
    onWalk();
    setTyped(null);
    setShown(to);
  };

  return (
    <div className={styles.browser}>
      <TextInput
        label={browse.path}
        value={path}
        data-autofocus
        error={isRefused || listing.isError}
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
      {listing.isError && !isRefused && <ProblemNote error={listing.error} />}
      {isRefused && <ProblemNote error={problem} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>{cancel}</Button>
        <Button
          variant="filled"
          disabled={path.trim() === ''}
          aria-busy={busy !== null}
          onClick={() => busy === null && onChoose(path.trim())}
        >
          {busy ?? action}
        </Button>
      </div>
    </div>
  );
}
