/** @file An address that leads nowhere. */
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useMessages } from '../messages/messages.ts';
import { Page } from './page.tsx';

export function MissingPage() {
  const { pages } = useMessages();
  return (
    <Page title={pages.missing}>
      <Button component={Link} href="/">
        {pages.toSearch}
      </Button>
    </Page>
  );
}
