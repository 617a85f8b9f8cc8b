/** @file The pages: a rail on the left, on phones a bar at the bottom with the first four and the rest behind "More". */
import { Menu, Tooltip, UnstyledButton } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { Link, useLocation, useRoute } from 'wouter';
import { useMessages } from '../messages/messages.ts';
import { useSearchHref } from '../query/use-place.ts';
import { type PageEntry, pages } from './pages.tsx';
import styles from './rail.module.css';

const inBar = 4;
/** One more fits than stands before "More": nothing hides behind it alone. */
const hidden = pages.length > inBar + 1 ? pages.slice(inBar) : [];

export function Rail() {
  const { pages: words } = useMessages();
  return (
    <nav className={styles.rail} aria-label={words.label}>
      {pages.map((page) => (
        <RailLink key={page.name} page={page} isHidden={hidden.includes(page)} />
      ))}
      {hidden.length > 0 && <More />}
    </nav>
  );
}

function RailLink({ page: { name, path, icon: Icon, isLast }, isHidden }: { page: PageEntry; isHidden: boolean }) {
  const { names } = useMessages().pages;
  const [isHere] = useRoute(path);
  const searchHref = useSearchHref();
  return (
    <Tooltip label={names[name]} position="right">
      <Link
        href={name === 'search' ? searchHref : path}
        className={styles.link}
        data-page={name}
        data-last={isLast}
        data-hidden={isHidden || undefined}
        aria-label={names[name]}
        aria-current={isHere ? 'page' : undefined}
      >
        <Icon size={20} stroke={1.75} aria-hidden />
        <span className={styles.label}>{names[name]}</span>
      </Link>
    </Tooltip>
  );
}

function More() {
  const { more, names } = useMessages().pages;
  const [path] = useLocation();
  return (
    <Menu position="top-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <UnstyledButton className={`${styles.link} ${styles.more}`} data-here={hidden.some((page) => page.path === path) || undefined}>
          <IconDots size={20} stroke={1.75} aria-hidden />
          <span className={styles.label}>{more}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {hidden.map(({ name, path: href, icon: Icon }) => (
          <Menu.Item
            key={name}
            component={Link}
            href={href}
            aria-current={href === path ? 'page' : undefined}
            leftSection={<Icon size={18} stroke={1.75} aria-hidden />}
          >
            {names[name]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
