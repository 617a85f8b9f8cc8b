/** @file A folder was dropped: it cannot be searched with, but watched. A browser tells only its name, so that it has to be chosen. */
import { useState } from 'react';
import { BrowseDialog } from '../library/browse-dialog.tsx';
import { useMessages } from '../messages/messages.ts';
import { useDroppedFolder } from './take-picture.ts';

export function DroppedFolder() {
  const { box } = useMessages();
  const name = useDroppedFolder((state) => state.name);
  // While the dialog fades out it says what it said.
  const [shown, setShown] = useState(name);
  if (name !== null && name !== shown) setShown(name);
  return (
    <BrowseDialog
      opened={name !== null}
      onClose={() => useDroppedFolder.setState({ name: null })}
      {...(shown !== null && { reason: box.folderReason(shown) })}
    />
  );
}
