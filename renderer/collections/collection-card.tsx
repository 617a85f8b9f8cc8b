/** @file A collection as a card: its cover, its name, how much is in it, and a menu where it is the user's own. */
import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconPhoto, IconStar } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { Collection } from '../../core/api/keepsakes.ts';
import { useMessages } from '../messages/messages.ts';
import styles from './collection-card.module.css';

type Props = {
  name: string;
  href: string;
  /** Under the name. */
  line: string;
  cover: Collection['cover'];
  isStars?: boolean;
  onRename?: () => void;
  onRemove?: () => void;
};

export function CollectionCard({ name, href, line, cover, isStars = false, onRename, onRemove }: Props) {
  const { collections } = useMessages();
  const Icon = isStars ? IconStar : IconPhoto;
  return (
    <li className={styles.card}>
      <Link href={href} className={styles.link}>
        <span className={styles.cover} style={cover ? { backgroundColor: cover.colour } : undefined}>
          {cover ? <img src={`/thumb/${cover.id}?v=${cover.version}`} alt="" /> : <Icon size={28} stroke={1.5} aria-hidden />}
        </span>
        <span className={styles.name}>{name}</span>
        <span className={styles.line}>{line}</span>
      </Link>
      {onRename && onRemove && (
        <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon className={styles.more} aria-label={collections.more(name)}>
              <IconDots size={16} stroke={1.75} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={onRename}>{collections.rename}</Menu.Item>
            <Menu.Item onClick={onRemove}>{collections.remove}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}
