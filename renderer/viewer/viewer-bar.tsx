/** @file The bar over the picture: its name, what is done with it most, and everything else in a menu with its keys. */
import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { IconDots, IconLayoutSidebarRightCollapse, IconLayoutSidebarRightExpand, IconX } from '@tabler/icons-react';
import { KeyCaps } from '../app/key-caps.tsx';
import { shortcutOf } from '../app/keys.ts';
import { useMessages } from '../messages/messages.ts';
import type { ViewerAction } from './viewer-actions.ts';
import styles from './viewer-bar.module.css';

type Props = {
  name: string | undefined;
  /** "3 of 120"; null where it stands in no results. */
  position: string | null;
  actions: readonly ViewerAction[];
  panel: boolean;
  onPanel(): void;
  onClose(): void;
};

/** As icons; on phones the first alone. The next two are written out. */
const icons: readonly ViewerAction['id'][] = ['star', 'collect'];
const buttons: readonly ViewerAction['id'][] = ['like', 'edit'];
/** The menu's last part: what is done with the file. */
const firstOfFile: ViewerAction['id'] = 'copy-path';

export function ViewerBar({ name, position, actions, panel, onPanel, onClose }: Props) {
  const { viewer, close } = useMessages();
  const panelLabel = panel ? viewer.hidePanel : viewer.showPanel;
  const PanelIcon = panel ? IconLayoutSidebarRightCollapse : IconLayoutSidebarRightExpand;
  return (
    <div className={styles.bar}>
      <Tooltip label={close}>
        <ActionIcon aria-label={close} onClick={onClose}>
          <IconX size={18} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <div className={styles.name}>
        <h2>{name}</h2>
        {position && <span>{position}</span>}
      </div>
      {actions
        .filter(({ id }) => icons.includes(id))
        .map(({ id, label, icon: Icon, isOn, run }) => (
          <Tooltip key={id} label={label}>
            <ActionIcon className={id === 'star' ? undefined : styles.wide} data-on={isOn || undefined} aria-label={label} onClick={run}>
              <Icon size={18} stroke={1.75} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ))}
      {actions
        .filter(({ id }) => buttons.includes(id))
        .map(({ id, label, icon: Icon, run }) => (
          <Button key={id} className={styles.wide} leftSection={<Icon size={16} stroke={1.75} aria-hidden />} onClick={run}>
            {label}
          </Button>
        ))}
      {actions.length > 0 && <MoreMenu actions={actions} />}
      <Tooltip label={panelLabel}>
        <ActionIcon aria-label={panelLabel} aria-expanded={panel} onClick={onPanel}>
          <PanelIcon size={18} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function MoreMenu({ actions }: { actions: readonly ViewerAction[] }) {
  const { viewer } = useMessages();
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false} classNames={{ itemSection: styles.section ?? '' }}>
      <Menu.Target>
        <ActionIcon aria-label={viewer.more}>
          <IconDots size={18} stroke={1.75} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {actions.map(({ id, label, icon: Icon, run }) => {
          const key = shortcutOf('viewer', id);
          const item = (
            <Menu.Item
              key={id}
              leftSection={<Icon size={16} stroke={1.75} aria-hidden />}
              rightSection={
                key && (
                  <span className={styles.key} aria-hidden>
                    <KeyCaps of={key} />
                  </span>
                )
              }
              onClick={run}
            >
              {label}
            </Menu.Item>
          );
          return id === firstOfFile ? [<Menu.Divider key="file" />, item] : item;
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
