/** @file Somebody comes back to the window and is about to ask: what a question in words needs may be loaded again. */
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { queries } from './api.ts';
import { atMostEvery } from './at-most.ts';

const isDue = atMostEvery(60_000);

export function useWarmEngine(): void {
  // What fails here fails again where it matters, in a search, and is told there.
  const { mutate: warm } = useMutation(queries.warm.mutationOptions());
  useEffect(() => {
    const onFocus = (): void => {
      if (isDue()) warm(undefined);
    };
    if (document.hasFocus()) onFocus();
    window.addEventListener('focus', onFocus);
    return () => window.removeEventListener('focus', onFocus);
  }, [warm]);
}
