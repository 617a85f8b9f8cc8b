/** @file Says that the server was updated under this page. Loading it again is the reader's to choose: the query is in the address. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useMessages } from '../messages/messages.ts';
import { Banner } from './banner.tsx';
import { useStatus } from './use-status.ts';

export function VersionBanner() {
  const { connection } = useMessages();
  const version = useStatus()?.version;
  /** The server's own page has its version: what answered first is what this page was made for. */
  const [own, setOwn] = useState<string>();
  if (own === undefined && version !== undefined) setOwn(version);
  if (version === undefined || own === undefined || own === version) return null;
  return (
    <Banner level="info" text={connection.otherVersion(version)}>
      <Button onClick={() => window.location.reload()}>{connection.reload}</Button>
    </Banner>
  );
}
