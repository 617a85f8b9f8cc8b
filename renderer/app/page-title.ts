/** @file The window's title follows the page. */
import { useEffect } from 'react';
import { useMessages } from '../messages/messages.ts';

export function usePageTitle(page: string): void {
  const { title } = useMessages();
  useEffect(() => {
    document.title = title(page);
  }, [page, title]);
}
