/** @file Every command there is now: pages, actions, and the folders, engines, searches and collections of this library. */
import { useMantineColorScheme } from '@mantine/core';
import {
  IconArrowsSort,
  IconBookmark,
  IconCircleCheck,
  IconCpu,
  IconEraser,
  IconFolder,
  IconFolderPlus,
  IconKeyboard,
  IconLanguage,
  IconLibraryPhoto,
  IconPhoto,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconRoute,
  IconScale,
  IconSearch,
  IconSparkles,
  IconStack2,
  IconStar,
  IconSun,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { navigate } from 'wouter/use-browser-location';
import { queries } from '../app/api.ts';
import { shortcutOf } from '../app/keys.ts';
import { pages } from '../app/pages.tsx';
import { goToBox } from '../app/use-global-keys.ts';
import { useStatus } from '../app/use-status.ts';
import { primaryOf } from '../engines/engine-state.ts';
import { useEngineActions } from '../engines/use-engine-actions.ts';
import { useLineup } from '../engines/use-lineup.ts';
import { openAddFolder } from '../library/adding-folder.ts';
import { nameOfFolder } from '../library/folder-name.ts';
import { useAddSamples, usePauseOrResume, useReportProblem, useRescan, useRetry } from '../library/use-library-actions.ts';
import { chooseLanguage } from '../messages/language-store.ts';
import { languageNames, languages } from '../messages/languages.ts';
import { useMessages } from '../messages/messages.ts';
import { cleared, type Fact, withFact } from '../query/query-state.ts';
import { writePlace } from '../query/query-url.ts';
import { place } from '../query/use-place.ts';
import { useKeySheet } from '../settings/key-sheet.tsx';
import { startTour } from '../tour/tour-state.ts';
import type { Command } from './command.ts';

export function useCommands(): Command[] {
  return [...usePageCommands(), ...useSearchCommands(), ...useLibraryCommands(), ...useAppCommands(), ...useKeptCommands()];
}

function usePageCommands(): Command[] {
  const { pages: words, palette } = useMessages();
  return pages.map(({ name, path, icon }) => ({
    id: `page:${name}`,
    group: 'pages',
    icon,
    title: words.names[name],
    words: palette.goTo,
    run: () => navigate(name === 'search' ? `/${writePlace({ query: place.getState().query, view: null })}` : path),
  }));
}

function useSearchCommands(): Command[] {
  const { palette } = useMessages();
  const { query } = place.getState();
  const byDate = query.order === 'date';
  return [
    action('box', IconSearch, palette.box, goToBox, shortcutOf('everywhere', 'focus-box')),
    action('clear', IconEraser, palette.clear, () => place.step(cleared)),
    action('starred', IconStar, palette.starred, () => searchFor({ text: 'starred:yes', filters: { starred: true } })),
    action('order', IconArrowsSort, byDate ? palette.byRelevance : palette.byDate, () =>
      place.step((state) => ({ ...state, order: byDate ? 'relevance' : 'date' })),
    ),
    action('group', IconStack2, query.group ? palette.ungroup : palette.group, () =>
      place.step((state) => ({ ...state, group: !state.group })),
    ),
  ];
}

function useLibraryCommands(): Command[] {
  const { palette, library, empty } = useMessages();
  const status = useStatus();
  const samples = useAddSamples();
  const rescan = useRescan();
  const retry = useRetry();
  const pauseOrResume = usePauseOrResume();
  const paused = status?.paused ?? false;
  return [
    action('add-folder', IconFolderPlus, library.addFolder, openAddFolder),
    { ...action('samples', IconPhoto, library.addSamples, () => samples.mutate(undefined)), words: empty.trySamples },
    action('rescan', IconRefresh, palette.rescan, () => rescan.mutate({})),
    action('pause', paused ? IconPlayerPlay : IconPlayerPause, paused ? palette.resume : palette.pause, () => pauseOrResume(!paused)),
    ...(status && status.failed > 0 ? [action('retry', IconRefresh, palette.retryFailed, () => retry.mutate({}))] : []),
  ];
}

function useAppCommands(): Command[] {
  const { palette, settings, licences } = useMessages();
  const { setColorScheme } = useMantineColorScheme();
  const onError = useReportProblem();
  const themes = (['auto', 'light', 'dark'] as const).map((scheme) =>
    action(`theme-${scheme}`, IconSun, palette.theme(settings.themes[scheme]), () => setColorScheme(scheme)),
  );
  const tongues = [...languages, 'auto' as const].map((choice) => ({
    ...action(
      `language-${choice}`,
      IconLanguage,
      palette.language(choice === 'auto' ? settings.systemLanguage : languageNames[choice]),
      () => void chooseLanguage(choice).catch(onError),
    ),
    words: 'Language',
  }));
  return [
    action('keys', IconKeyboard, settings.showKeys, () => useKeySheet.setState({ opened: true }), shortcutOf('everywhere', 'sheet')),
    action('tour', IconRoute, settings.takeTour, startTour),
    ...themes,
    ...tongues,
    action('check', IconCircleCheck, settings.check, () => navigate('/settings#check')),
    action('licences', IconScale, licences.title, () => navigate('/licences')),
  ];
}

/** What this library holds. */
function useKeptCommands(): Command[] {
  const { palette, engines: words } = useMessages();
  const folders = useQuery(queries.listFolders.queryOptions()).data ?? [];
  const engines = useQuery(queries.listEngines.queryOptions()).data ?? [];
  const searches = useQuery(queries.listSavedSearches.queryOptions()).data ?? [];
  const collections = useQuery(queries.listCollections.queryOptions()).data ?? [];
  const lineup = useLineup();
  const { take } = useEngineActions();
  return [
    ...searches.map(
      ({ id, name, place: search }): Command => ({
        id: `search:${id}`,
        group: 'searches',
        icon: IconBookmark,
        title: name,
        run: () => navigate(`/?${search.replace(/^\?/, '')}`),
      }),
    ),
    ...collections.map(
      ({ id, name }): Command => ({
        id: `collection:${id}`,
        group: 'collections',
        icon: IconLibraryPhoto,
        title: name,
        run: () => searchFor({ text: `collection:"${name}"`, filters: { collection: name } }),
      }),
    ),
    ...folders.map(({ id, path }): Command => {
      const name = nameOfFolder(path);
      return {
        id: `folder:${id}`,
        group: 'folders',
        icon: IconFolder,
        title: palette.searchIn(name),
        words: path,
        run: () => searchFor({ text: name, filters: { folder: path } }),
      };
    }),
    ...engines.map((engine): Command => {
      const canBeTaken = primaryOf(engine) === 'use' && lineup !== null;
      return {
        id: `engine:${engine.id}`,
        group: 'engines',
        icon: canBeTaken ? IconSparkles : IconCpu,
        title: canBeTaken ? words.takeNamed(engine.name) : palette.showEngine(engine.name),
        words: words.kinds[engine.kind],
        run: () => (canBeTaken ? take(engine, lineup) : navigate('/engines')),
      };
    }),
  ];
}

function action(id: string, icon: Command['icon'], title: string, run: () => void, shortcut?: string): Command {
  return { id: `do:${id}`, group: 'actions', icon, title, shortcut, run };
}

/** A search for nothing else. */
function searchFor(fact: Fact): void {
  place.step((query) => withFact(cleared(query), fact));
}
