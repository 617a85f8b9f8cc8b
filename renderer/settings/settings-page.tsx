/** @file Settings: few on purpose. Each takes effect at once. */
import { Button, NumberInput, SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import type { Settings } from '../../core/api/library.ts';
import { queries, queryClient } from '../app/api.ts';
import { Page, Section } from '../app/page.tsx';
import { ProblemNote } from '../app/problem-note.tsx';
import { useStatus } from '../app/use-status.ts';
import { separatorsOf } from '../format/measures.ts';
import { useReportProblem } from '../library/use-library-actions.ts';
import { useMessages } from '../messages/messages.ts';
import { startTour } from '../tour/tour-state.ts';
import { useKeySheet } from './key-sheet.tsx';
import { LanguageSetting } from './language-setting.tsx';
import { LibraryCheck } from './library-check.tsx';
import { Setting } from './setting.tsx';
import styles from './settings-page.module.css';

export function SettingsPage() {
  const { settings: messages, licences, retry } = useMessages();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const status = useStatus();
  // No event tells of settings: another window may have changed them.
  const settings = useQuery(queries.getSettings.queryOptions({ staleTime: 0, refetchOnWindowFocus: true }));
  const onError = useReportProblem();
  const save = useMutation(
    queries.setSettings.mutationOptions({
      onSuccess: (saved) => queryClient.setQueryData(queries.getSettings.queryKey(), saved),
      onError,
    }),
  );
  const { themes } = messages;

  return (
    <Page title={messages.title}>
      <Section title={messages.appearance}>
        <Setting name={messages.theme} hint={messages.themeHint}>
          <SegmentedControl
            aria-label={messages.theme}
            value={colorScheme}
            onChange={setColorScheme}
            transitionDuration={100}
            data={[
              { value: 'auto', label: themes.auto },
              { value: 'light', label: themes.light },
              { value: 'dark', label: themes.dark },
            ]}
          />
        </Setting>
        <LanguageSetting />
      </Section>
      {settings.isError && (
        <ProblemNote error={settings.error}>
          <Button onClick={() => void settings.refetch()}>{retry}</Button>
        </ProblemNote>
      )}
      {settings.data && (
        <>
          <Section title={messages.indexing}>
            <Setting name={messages.secondPass} hint={messages.secondPassHint}>
              <Switch
                aria-label={messages.secondPass}
                checked={settings.data.secondPass}
                // Not disabled while it is saved: it would lose the focus.
                onChange={(event) => save.isPending || save.mutate({ secondPass: event.currentTarget.checked })}
              />
            </Setting>
          </Section>
          <Section title={messages.storage}>
            <Setting name={messages.cache} hint={messages.cacheHint}>
              <CacheCap settings={settings.data} onSave={(thumbnailCacheMiB) => save.mutate({ thumbnailCacheMiB })} />
            </Setting>
          </Section>
        </>
      )}
      <Section title={messages.help}>
        <Setting name={messages.keys} hint={messages.keysHint}>
          <Button onClick={() => useKeySheet.setState({ opened: true })}>{messages.showKeys}</Button>
        </Setting>
        <Setting name={messages.tour} hint={messages.tourHint}>
          <Button onClick={startTour}>{messages.takeTour}</Button>
        </Setting>
      </Section>
      <Section title={messages.library}>
        <LibraryCheck />
      </Section>
      <Section title={messages.about}>
        {status && (
          <dl className={styles.about}>
            <dt>{messages.version}</dt>
            <dd>{status.version}</dd>
            <dt>{messages.library}</dt>
            <dd>{status.library}</dd>
          </dl>
        )}
        <Setting name={licences.title} hint={messages.licencesHint}>
          <Button component={Link} href="/licences">
            {messages.showLicences}
          </Button>
        </Setting>
      </Section>
    </Page>
  );
}

const leastCache = 16;
const mostCache = 1_000_000;

/** Saved when the field is left or Enter is pressed, never half typed. It stays the same field, so that it keeps the focus. */
function CacheCap({ settings, onSave }: { settings: Settings; onSave(value: number): void }) {
  const { settings: messages, locale } = useMessages();
  const { thumbnailCacheMiB: saved } = settings;
  const [typed, setTyped] = useState<number | string>(saved);
  useEffect(() => setTyped(saved), [saved]);
  const save = (text: string): void => {
    const value = Number(text.replace(/\D/g, ''));
    if (value >= leastCache && value <= mostCache && value !== saved) onSave(value);
  };
  return (
    <NumberInput
      aria-label={messages.cache}
      className={styles.number ?? ''}
      value={typed}
      onChange={setTyped}
      min={leastCache}
      max={mostCache}
      step={256}
      hideControls
      clampBehavior="blur"
      allowDecimal={false}
      allowNegative={false}
      {...separatorsOf(locale)}
      suffix=" MiB"
      onBlur={(event) => save(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Enter' && save(event.currentTarget.value)}
    />
  );
}
