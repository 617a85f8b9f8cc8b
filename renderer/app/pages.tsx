/**
 * @file The pages, in the order of the rail: route, icon, name. A new page is one line here, one name in `messages.pages`, and nothing else: the
 * rail, the bottom bar of phones, the routes and the palette follow.
 */
import { IconCpu, IconFolders, IconLibraryPhoto, IconSearch, IconSettings, IconTimeline, type TablerIcon } from '@tabler/icons-react';
import { type ComponentType, lazy } from 'react';
import type { Messages } from '../messages/messages.ts';
import { SearchPage } from '../wall/search-page.tsx';

export type PageEntry = {
  readonly name: keyof Messages['pages']['names'];
  readonly path: string;
  readonly icon: TablerIcon;
  readonly component: ComponentType;
  /** At the foot of the rail. */
  readonly isLast?: true;
};

const loads: (() => Promise<unknown>)[] = [];

export const pages: readonly PageEntry[] = [
  { name: 'search', path: '/', icon: IconSearch, component: SearchPage },
  {
    name: 'timeline',
    path: '/timeline',
    icon: IconTimeline,
    component: later(() => import('../timeline/timeline-page.tsx').then((module) => module.TimelinePage)),
  },
  {
    name: 'collections',
    path: '/collections',
    icon: IconLibraryPhoto,
    component: later(() => import('../collections/collections-page.tsx').then((module) => module.CollectionsPage)),
  },
  {
    name: 'library',
    path: '/library',
    icon: IconFolders,
    component: later(() => import('../library/library-page.tsx').then((module) => module.LibraryPage)),
  },
  {
    name: 'engines',
    path: '/engines',
    icon: IconCpu,
    component: later(() => import('../engines/engines-page.tsx').then((module) => module.EnginesPage)),
  },
  {
    name: 'settings',
    path: '/settings',
    icon: IconSettings,
    component: later(() => import('../settings/settings-page.tsx').then((module) => module.SettingsPage)),
    isLast: true,
  },
];

/** Pages that lead nowhere from the rail. */
export const quietPages: readonly Pick<PageEntry, 'path' | 'component'>[] = [
  { path: '/licences', component: later(() => import('../settings/licences-page.tsx').then((module) => module.LicencesPage)) },
];

/** A page that is fetched when it is first opened, or when there is time. */
function later(load: () => Promise<ComponentType>): ComponentType {
  loads.push(load);
  return lazy(() => load().then((component) => ({ default: component })));
}

/** Fetches every page ahead, so that a server that is gone, or has another version's files, takes none of them away. What fails here is told when the page is opened. */
export async function fetchPages(): Promise<void> {
  await Promise.allSettled(loads.map((load) => load()));
}
