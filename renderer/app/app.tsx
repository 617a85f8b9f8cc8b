/** @file Providers and pages. */
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Route, Switch } from 'wouter';
import { en } from '../messages/en.ts';
import { MessagesContext } from '../messages/messages.ts';
import { colorSchemeManager, cssVariables, theme } from '../theme/theme.ts';
import { SearchPage } from '../wall/search-page.tsx';
import { queryClient } from './api.ts';
import { followLibrary } from './connection.ts';
import { MissingPage } from './missing-page.tsx';
import { Shell } from './shell.tsx';

const LibraryPage = lazy(() => import('../library/library-page.tsx').then((module) => ({ default: module.LibraryPage })));
const EnginesPage = lazy(() => import('../engines/engines-page.tsx').then((module) => ({ default: module.EnginesPage })));
const SettingsPage = lazy(() => import('../settings/settings-page.tsx').then((module) => ({ default: module.SettingsPage })));

export function App() {
  useEffect(() => {
    const controller = new AbortController();
    void followLibrary(controller.signal);
    return () => controller.abort();
  }, []);

  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} colorSchemeManager={colorSchemeManager} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <MessagesContext value={en}>
          <Shell>
            <Suspense fallback={null}>
              <Switch>
                <Route path="/" component={SearchPage} />
                <Route path="/library" component={LibraryPage} />
                <Route path="/engines" component={EnginesPage} />
                <Route path="/settings" component={SettingsPage} />
                <Route component={MissingPage} />
              </Switch>
            </Suspense>
          </Shell>
        </MessagesContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}
