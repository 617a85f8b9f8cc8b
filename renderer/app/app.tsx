/** @file Providers and routes. The pages themselves are in pages.tsx. */
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { Suspense, useEffect } from 'react';
import { Route, Switch } from 'wouter';
import { useLanguage } from '../messages/language-store.ts';
import { MessagesContext } from '../messages/messages.ts';
import { colorSchemeManager, cssVariables, theme } from '../theme/theme.ts';
import { queryClient } from './api.ts';
import { followLibrary } from './connection.ts';
import { MissingPage } from './missing-page.tsx';
import { fetchPages, pages, quietPages } from './pages.tsx';
import { Shell } from './shell.tsx';

/** After the first pictures, before anybody has reached another page. */
const fetchPagesAfter = 3000;

export function App() {
  const messages = useLanguage((state) => state.messages);
  useEffect(() => {
    const controller = new AbortController();
    void followLibrary(controller.signal);
    const timer = setTimeout(() => void fetchPages(), fetchPagesAfter);
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, []);

  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} colorSchemeManager={colorSchemeManager} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <MessagesContext value={messages}>
          <Shell>
            <Suspense fallback={null}>
              <Switch>
                {[...pages, ...quietPages].map(({ path, component }) => (
                  <Route key={path} path={path} component={component} />
                ))}
                <Route component={MissingPage} />
              </Switch>
            </Suspense>
          </Shell>
        </MessagesContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}
