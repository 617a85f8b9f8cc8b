/** @file Asks before a folder is forgotten, and says what stays. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Folder } from '../../core/api/library.ts';
import { queries } from '../app/api.ts';
import { Dialog } from '../app/dialog.tsx';
import { notify } from '../app/notices.ts';
import { ProblemNote } from '../app/problem-note.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './remove-dialog.module.css';
import { refreshLibrary } from './use-library-actions.ts';

export function RemoveDialog({ folder, onClose }: { folder: Folder | null; onClose(): void }) {
  const { removeFolder, library, cancel } = useMessages();
  const remove = useMutation(
    queries.removeFolder.mutationOptions({
      onSuccess: ({ removed }) => {
        notify(library.removed(removed));
        refreshLibrary();
        onClose();
      },
    }),
  );
  return (
    <Dialog opened={folder !== null} onClose={onClose} title={removeFolder.title} width={480}>
      {folder && (
        <div className={styles.content}>
          <p className={styles.path}>{folder.path}</p>
          <p>{removeFolder.text(folder.items)}</p>
          {remove.isError && <ProblemNote error={remove.error} />}
          <div className={styles.buttons}>
            <Button onClick={onClose} data-autofocus>
              {cancel}
            </Button>
            <Button variant="filled" loading={remove.isPending} onClick={() => remove.mutate({ id: folder.id })}>
              {removeFolder.confirm}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
