/** @file Keys that work on every page and over every picture, except where somebody is writing or a dialog is open. */
import { useEffect } from 'react';
import { navigate } from 'wouter/use-browser-location';
import { focusBox } from '../box/take-picture.ts';
import { leaveComparison } from '../compare/comparison.ts';
import { usePalette } from '../palette/palette-state.ts';
import { writePlace } from '../query/query-url.ts';
import { place } from '../query/use-place.ts';
import { useKeySheet } from '../settings/key-sheet.tsx';
import { keyPressed } from './keys.ts';

export function useGlobalKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isBusy(event)) return;
      switch (keyPressed(event, 'everywhere')) {
        case 'focus-box':
          goToBox();
          break;
        case 'palette':
          usePalette.setState({ opened: true });
          break;
        case 'sheet':
          useKeySheet.setState({ opened: true });
          break;
        default:
          return;
      }
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** The box on the search page, from wherever one is. */
export function goToBox(): void {
  const { query, view } = place.getState();
  if (window.location.pathname !== '/') navigate(`/${writePlace({ query, view: null })}`);
  else if (view !== null) place.view(null);
  else leaveComparison();
  focusBox(true);
}

/** Keys with Control or Command write nothing, so they count in a field too. Dialogs keep theirs to themselves, unless they are a screen of their own. */
function isBusy({ target, ctrlKey, metaKey }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const writes = target.isContentEditable || target.matches('input:not([type="radio"], [type="checkbox"]), textarea, select');
  return (writes && !ctrlKey && !metaKey) || target.closest('[role="dialog"]:not([data-screen])') !== null;
}
