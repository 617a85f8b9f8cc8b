/** @file What the viewer shows on the timeline page, in the page's address: back closes it, and walking from picture to picture is one entry. */
import { useCallback, useMemo } from 'react';
import { useSearch } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { itemId } from '../../core/api/query.ts';
import type { WallPlace } from '../wall/wall.tsx';

export const timelinePath = '/timeline';

export function useTimelinePlace(): WallPlace {
  const shown = itemId.safeParse(new URLSearchParams(useSearch()).get('view'));
  const view = shown.success ? shown.data : null;
  const onView = useCallback(
    (id: string | null) => navigate(id === null ? timelinePath : `${timelinePath}?view=${id}`, { replace: view !== null && id !== null }),
    [view],
  );
  return useMemo(() => ({ view, onView, isReturn: () => true }), [view, onView]);
}
