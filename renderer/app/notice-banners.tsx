/** @file What the user should know now, as lines across the page, each with something to do about it. The most urgent one; the others on request. */
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { useRescan, useRetry } from '../library/use-library-actions.ts';
import { useMessages } from '../messages/messages.ts';
import { Banner } from './banner.tsx';
import { dismiss, useDismissed } from './dismissed.ts';
import styles from './notice-banners.module.css';
import { noticeText, type StandingNotice, standingNotices } from './standing-notices.ts';
import { useStatus } from './use-status.ts';

export function NoticeBanners() {
  const { notices: words } = useMessages();
  const status = useStatus();
  const dismissed = useDismissed((state) => state.keys);
  const [all, setAll] = useState(false);
  const notices = status ? standingNotices(status).filter(({ key }) => !dismissed.includes(key)) : [];
  const shown = all ? notices : notices.slice(0, 1);
  const more = notices.length - shown.length;
  return (
    <section className={styles.notices} aria-label={words.label} aria-live="polite">
      {shown.map((notice, at) => (
        <NoticeBanner key={notice.key} notice={notice}>
          {at === 0 && more > 0 && (
            <Button variant="subtle" onClick={() => setAll(true)}>
              {words.more(more)}
            </Button>
          )}
        </NoticeBanner>
      ))}
    </section>
  );
}

function NoticeBanner({ notice, children }: { notice: StandingNotice; children: ReactNode }) {
  const messages = useMessages();
  const { notices: words, pages, retry: retryWord, dismiss: dismissWord } = messages;
  const [path, navigate] = useLocation();
  const rescan = useRescan();
  const retry = useRetry();
  const { way, remedy, told } = notice;
  const text = told ? noticeText(told, messages) : words.failed(notice.failed);
  const target = `/${way}`;
  return (
    <Banner level={notice.level} text={text} details={told?.text} isLive={false}>
      {children}
      {remedy === 'rescan' && <Button onClick={() => rescan.mutate({})}>{words.lookAgain}</Button>}
      {remedy === 'retry' && (
        <Button loading={retry.isPending} onClick={() => retry.mutate({})}>
          {retryWord}
        </Button>
      )}
      {path !== target && <Button onClick={() => navigate(target)}>{words.open(pages.names[way])}</Button>}
      <ActionIcon aria-label={dismissWord} onClick={() => dismiss(notice)}>
        <IconX size={16} stroke={1.75} aria-hidden />
      </ActionIcon>
    </Banner>
  );
}
