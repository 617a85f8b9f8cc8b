/** @file Adds a folder of this machine to the library. */
import { useMutation } from '@tanstack/react-query';
import { queries } from '../app/api.ts';
import { Dialog } from '../app/dialog.tsx';
import { notify } from '../app/notices.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './browse-dialog.module.css';
import { FolderBrowser } from './folder-browser.tsx';
import { refreshLibrary } from './use-library-actions.ts';

type Props = {
  opened: boolean;
  onClose(): void;
  /** Why the dialog is there, where nobody asked for it by its name. */
  reason?: string;
};

export function BrowseDialog({ opened, onClose, reason }: Props) {
  const { browse } = useMessages();
  return (
    <Dialog opened={opened} onClose={onClose} title={browse.title} width={560}>
      {reason && <p className={styles.reason}>{reason}</p>}
      <AddFolder onClose={onClose} />
    </Dialog>
  );
}

/** Lives only while the dialog is open, and with it what was said of the last folder. */
function AddFolder({ onClose }: { onClose(): void }) {
  const { browse, library } = useMessages();
  const add = useMutation(
    queries.addFolder.mutationOptions({
      onSuccess: (folder) => {
        notify(library.added(folder.path));
        refreshLibrary();
        onClose();
      },
    }),
  );
  return (
    <FolderBrowser
      action={browse.add}
      busy={add.isPending ? browse.adding : null}
      problem={add.error}
      onChoose={(path) => add.mutate({ path })}
      onWalk={add.reset}
      onClose={onClose}
    />
  );
}
