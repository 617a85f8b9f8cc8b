/** @file An address that leads nowhere. */
import { Link } from 'wouter';
import { useMessages } from '../messages/messages.ts';
import { Page } from './page.tsx';

export function MissingPage() {
  const { pages } = useMessages();
  return (
    <Page title={pages.missing}>
      <p>
        <Link href="/">{pages.toSearch}</Link>
      </p>
    </Page>
  );
}
