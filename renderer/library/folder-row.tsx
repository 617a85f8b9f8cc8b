/** @file One watched folder. */
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconDots, IconRefresh, IconSearch, IconTrash } from '@tabler/icons-react';
import type { Folder } from '../../core/api/library.ts';
import { PathText } from '../app/path-text.tsx';
import { useMessages } from '../messages/messages.ts';
import { cleared, withFact } from '../query/query-state.ts';
import { place } from '../query/use-place.ts';
import { FolderKinds } from './folder-kinds.tsx';
import { nameOfFolder } from './folder-name.ts';
import styles from './folder-row.module.css';
import { ListRow } from './list-row.tsx';
import { useRescan } from './use-library-actions.ts';

type Props = { folder: Folder; onExclude(): void; onRemove(): void };

export function FolderRow({ folder, onExclude, onRemove }: Props) {
  const { library, ago } = useMessages();
  const rescan = useRescan();
  const name = nameOfFolder(folder.path);
  const facts = [
    library.items(folder.items),
    folder.pending > 0 && library.pending(folder.pending),
    folder.exclude.length > 0 && library.excludes(folder.exclude.length),
    folder.changedAt ? library.changed(ago(folder.changedAt)) : library.never,
  ].filter((part) => part !== false);
  return (
    <ListRow
      label={library.folder(folder.path)}
      actions={
        <>
          <Button onClick={onExclude}>{library.exclusions}</Button>
          <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
            <Menu.Target>
              <ActionIcon aria-label={library.more(folder.path)}>
                <IconDots size={18} stroke={1.75} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconSearch size={16} stroke={1.75} aria-hidden />}
                onClick={() => place.step((query) => withFact(cleared(query), { text: name, filters: { folder: folder.path } }))}
              >
                {library.searchHere}
              </Menu.Item>
              <Menu.Item leftSection={<IconRefresh size={16} stroke={1.75} aria-hidden />} onClick={() => rescan.mutate({ id: folder.id })}>
                {library.rescan}
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={16} stroke={1.75} aria-hidden />} onClick={onRemove}>
                {library.remove}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <div className={styles.heading}>
        <h3 className={styles.name}>{name}</h3>
        <span className={styles.state} data-state={folder.state}>
          {library.states[folder.state]}
        </span>
        {folder.failed > 0 && <span className={styles.failed}>{library.failed(folder.failed)}</span>}
      </div>
      <p className={styles.path}>
        <PathText path={folder.path} />
      </p>
      <p className={styles.facts}>{facts.join(' · ')}</p>
      {folder.state === 'offline' && <p className={styles.facts}>{library.offlineHint}</p>}
      {folder.items > 0 && <FolderKinds folder={folder} />}
    </ListRow>
  );
}
