/** @file The pages: a rail on the left, on phones a bar at the bottom. A new page is one line in the list. */
import { Tooltip } from '@mantine/core';
import { IconCpu, IconFolders, IconSearch, IconSettings, type TablerIcon } from '@tabler/icons-react';
import { Link, useRoute } from 'wouter';
import { useMessages } from '../messages/messages.ts';
import { useSearchHref } from '../query/use-place.ts';
import styles from './rail.module.css';

type PageName = 'search' | 'library' | 'engines' | 'settings';

const above: readonly { name: PageName; path: string; icon: TablerIcon }[] = [
  { name: 'search', path: '/', icon: IconSearch },
  { name: 'library', path: '/library', icon: IconFolders },
  { name: 'engines', path: '/engines', icon: IconCpu },
];
const below: typeof above = [{ name: 'settings', path: '/settings', icon: IconSettings }];

export function Rail() {
  const { pages } = useMessages();
  return (
    <nav className={styles.rail} aria-label={pages.label}>
      {above.map((page) => (
        <RailLink key={page.name} {...page} />
      ))}
      <div className={styles.space} />
      {below.map((page) => (
        <RailLink key={page.name} {...page} />
      ))}
    </nav>
  );
}

function RailLink({ name, path, icon: Icon }: (typeof above)[number]) {
  const { pages } = useMessages();
  const [isHere] = useRoute(path);
  const searchHref = useSearchHref();
  return (
    <Tooltip label={pages[name]} position="right">
      <Link
        href={name === 'search' ? searchHref : path}
        className={styles.link}
        aria-label={pages[name]}
        aria-current={isHere ? 'page' : undefined}
      >
        <Icon size={20} stroke={1.75} aria-hidden />
        <span className={styles.label}>{pages[name]}</span>
      </Link>
    </Tooltip>
  );
}
