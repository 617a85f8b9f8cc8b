/** @file Makes an engine of a checkpoint folder of this machine. */
import { useMutation } from '@tanstack/react-query';
import { queries } from '../app/api.ts';
import { Dialog } from '../app/dialog.tsx';
import { notify } from '../app/notices.ts';
import { FolderBrowser } from '../library/folder-browser.tsx';
import { useMessages } from '../messages/messages.ts';
import styles from './engine-dialogs.module.css';
import { refreshEngines } from './use-engine-actions.ts';

type Props = { opened: boolean; onClose(): void };

export function ImportDialog({ opened, onClose }: Props) {
  const { importEngine } = useMessages();
  return (
    <Dialog opened={opened} onClose={onClose} title={importEngine.title} width={560}>
      <p className={styles.intro}>{importEngine.text}</p>
      <ImportFolder onClose={onClose} />
    </Dialog>
  );
}

function ImportFolder({ onClose }: { onClose(): void }) {
  const { importEngine, engines } = useMessages();
  const take = useMutation(
    queries.importEngine.mutationOptions({
      onSuccess: () => {
        notify(engines.imported);
        refreshEngines();
        onClose();
      },
    }),
  );
  return (
    <FolderBrowser
      action={importEngine.confirm}
      busy={take.isPending ? importEngine.checking : null}
      problem={take.error}
      onChoose={(path) => take.mutate({ path })}
      onWalk={take.reset}
      onClose={onClose}
    />
  );
}
