/** @file The library's status: asked once, then told by events. */
import { useQuery } from '@tanstack/react-query';
import type { LibraryStatus } from '../../core/api/library.ts';
import { queries } from './api.ts';

export function useStatus(): LibraryStatus | undefined {
  return useQuery(queries.status.queryOptions({ staleTime: Number.POSITIVE_INFINITY })).data;
}

/** A sentence that the user should know now, by its id. */
export function useNotice(id: string): LibraryStatus['notices'][number] | undefined {
  return useStatus()?.notices.find((notice) => notice.id === id);
}
