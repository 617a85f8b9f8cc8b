/**
 * @file Stands in for a page that could not be drawn or fetched. React has this only as a class. Its state goes with the page: another page is
 * tried afresh.
 */
import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { useMessages } from '../messages/messages.ts';
import { Page } from './page.tsx';
import { ProblemNote } from './problem-note.tsx';

type Caught = { readonly error: unknown };

export class PageBoundary extends Component<{ children: ReactNode }, { caught: Caught | null }> {
  override state: { caught: Caught | null } = { caught: null };

  static getDerivedStateFromError(error: unknown): { caught: Caught } {
    return { caught: { error } };
  }

  override render(): ReactNode {
    const { caught } = this.state;
    return caught ? <BrokenPage error={caught.error} /> : this.props.children;
  }
}

function BrokenPage({ error }: { error: unknown }) {
  const { broken, connection } = useMessages();
  return (
    <Page title={broken.title} intro={broken.text}>
      <ProblemNote error={error}>
        <Button onClick={() => window.location.reload()}>{connection.reload}</Button>
      </ProblemNote>
    </Page>
  );
}
