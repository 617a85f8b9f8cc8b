/** @file Keys that work on every page, except where somebody is writing or a dialog is open. */
import { useEffect } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { focusBox } from '../box/take-picture.ts';
import { writePlace } from '../query/query-url.ts';
import { place } from '../query/use-place.ts';
import { useKeySheet } from '../settings/key-sheet.tsx';

export function useGlobalKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
      if (event.key === '/') {
        event.preventDefault();
        if (window.location.pathname !== '/') navigate(`/${writePlace({ query: place.getState().query, view: null })}`);
        focusBox(true);
      } else if (event.key === '?') {
        event.preventDefault();
        useKeySheet.setState({ opened: true });
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

function isBusy(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input, textarea, select') || target.closest('[role="dialog"]') !== null;
}
