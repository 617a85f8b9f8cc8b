/** @file Says when nobody answers. Nothing typed is lost: the query lives in the page and its address. */
import { Button } from '@mantine/core';
import { useMessages } from '../messages/messages.ts';
import { Banner } from './banner.tsx';
import { reconnectNow, useConnection } from './connection.ts';

export function ConnectionBanner() {
  const { connection } = useMessages();
  const state = useConnection((current) => current.state);
  if (state === 'gone') {
    return (
      <Banner level="error" text={connection.gone}>
        <Button onClick={reconnectNow}>{connection.retry}</Button>
      </Banner>
    );
  }
  return state === 'locked' ? <Banner level="error" text={connection.locked} /> : null;
}
