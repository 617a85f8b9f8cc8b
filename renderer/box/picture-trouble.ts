/**
 * @file Pictures to search with that cannot be shown, and why. A browser does not say why an image failed, so that the server is asked then, once for
 * all places that show the picture.
 */
import { useQuery } from '@tanstack/react-query';
import type { PictureRef } from '../../core/api/query.ts';
import { queries, queryClient } from '../app/api.ts';
import { thumbnailUrl } from './pictures.ts';

/** `gone`: the server does not have it any more. `unreadable`: it cannot be drawn. `unknown`: nobody answered, or it would work now. */
export type PictureTrouble = 'gone' | 'unreadable' | 'unknown';

const keyOf = (picture: PictureRef): readonly string[] => ['picture-trouble', thumbnailUrl(picture)];

/** Null as long as nothing is known. `ask` is for whoever could not show it. */
export function usePictureTrouble(picture: PictureRef): { trouble: PictureTrouble | null; ask(): void } {
  const { data, refetch } = useQuery<PictureTrouble | null>({
    queryKey: keyOf(picture),
    queryFn: () => troubleWith(thumbnailUrl(picture)),
    enabled: false,
    // Whoever shows it anew tries anew.
    gcTime: 0,
  });
  return { trouble: data ?? null, ask: () => void refetch() };
}

/** It was given once more: what failed for want of it is asked again. */
export function forgetTrouble(picture: PictureRef): void {
  queryClient.setQueryData<PictureTrouble | null>(keyOf(picture), null);
  void queryClient.resetQueries({ queryKey: queries.search.key(), predicate: ({ state }) => state.status === 'error' });
}

async function troubleWith(url: string): Promise<PictureTrouble> {
  const status = await fetch(url, { method: 'HEAD' }).then(
    (response) => response.status,
    () => 0, // whether the server answers at all is told elsewhere
  );
  if (status === 404) return 'gone';
  return status >= 400 ? 'unreadable' : 'unknown';
}
