/** @file While a picture is dragged over the window, all of it is the target: one half finds alike, the other starts an edit. Pasting works everywhere too. */
import { IconArrowsShuffle, IconPhotoSearch } from '@tabler/icons-react';
import { type DragEvent as ReactDragEvent, useEffect, useRef, useState } from 'react';
import { itemId } from '../../core/api/query.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './drop-target.module.css';
import { DroppedFolder } from './dropped-folder.tsx';
import { type Intent, takeFiles, takePicture } from './take-picture.ts';

/** Type under which a result of the wall is dragged. */
export const draggedItemType = 'application/x-oneword-item';

function isForUs(transfer: DataTransfer | null): boolean {
  return transfer !== null && (transfer.types.includes('Files') || transfer.types.includes(draggedItemType));
}

/** Names of folders among what was dropped. Only while the event is being handled: afterwards a browser tells nothing. */
function foldersIn(transfer: DataTransfer): string[] {
  const entries = [...transfer.items].map((item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null));
  return entries.flatMap((entry) => (entry?.isDirectory ? [entry.name] : []));
}

export function DropTarget() {
  const messages = useMessages();
  const [dragging, setDragging] = useState(false);
  const [over, setOver] = useState<Intent | null>(null);
  const takeRef = useRef<(transfer: DataTransfer, intent: Intent) => void>(null);

  takeRef.current = (transfer, intent) => {
    setDragging(false);
    setOver(null);
    const dragged = itemId.safeParse(transfer.getData(draggedItemType));
    if (dragged.success) takePicture({ kind: 'item', id: dragged.data }, intent);
    else void takeFiles([...transfer.files], foldersIn(transfer), intent, messages);
  };

  useEffect(() => {
    // Without the default prevented, the browser would leave the page to show the file.
    const onDrag = (event: DragEvent): void => {
      if (!isForUs(event.dataTransfer)) return;
      event.preventDefault();
      setDragging(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setDragging(false);
    };
    const onEnd = (): void => setDragging(false);
    const onDrop = (event: DragEvent): void => {
      if (!event.dataTransfer || !isForUs(event.dataTransfer)) return;
      event.preventDefault();
      const half = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-intent]') : null;
      takeRef.current?.(event.dataTransfer, half?.dataset.intent === 'edit' ? 'edit' : 'like');
    };
    const onPaste = (event: ClipboardEvent): void => {
      const files = event.clipboardData?.files;
      if (!event.clipboardData || !files || files.length === 0) return;
      event.preventDefault();
      takeRef.current?.(event.clipboardData, 'like');
    };
    document.addEventListener('dragenter', onDrag);
    document.addEventListener('dragover', onDrag);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('dragend', onEnd);
    document.addEventListener('drop', onDrop);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('dragenter', onDrag);
      document.removeEventListener('dragover', onDrag);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('dragend', onEnd);
      document.removeEventListener('drop', onDrop);
      document.removeEventListener('paste', onPaste);
    };
  }, []);

  if (!dragging) return <DroppedFolder />;

  const half = (intent: Intent, title: string, hint: string, icon: React.ReactNode) => (
    // biome-ignore lint/a11y/useSemanticElements: a drop target is a region, not a form's fieldset
    <div
      role="group"
      aria-label={title}
      className={styles.half}
      data-intent={intent}
      data-over={over === intent || undefined}
      onDragOver={(event: ReactDragEvent) => {
        event.dataTransfer.dropEffect = 'copy';
        setOver(intent);
      }}
    >
      {icon}
      <strong>{title}</strong>
      <span>{hint}</span>
    </div>
  );

  return (
    <section className={styles.target} aria-label={messages.drop.label}>
      {half('like', messages.drop.like, messages.drop.likeHint, <IconPhotoSearch size={32} stroke={1.5} aria-hidden />)}
      {half('edit', messages.drop.edit, messages.drop.editHint, <IconArrowsShuffle size={32} stroke={1.5} aria-hidden />)}
    </section>
  );
}
