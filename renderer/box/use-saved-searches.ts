/** @file Saved searches: asked once, told anew by events, removed with a way back. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { SavedSearch } from '../../core/api/keepsakes.ts';
import { api, queries, queryClient } from '../app/api.ts';
import { notify, offer } from '../app/notices.ts';
import { useMessages } from '../messages/messages.ts';

export function useSavedSearches(): readonly SavedSearch[] {
  return useQuery(queries.listSavedSearches.queryOptions()).data ?? none;
}

const none: readonly SavedSearch[] = [];

export function refreshSavedSearches(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: queries.listSavedSearches.key() });
}

export function useRemoveSavedSearch(): (search: SavedSearch) => Promise<void> {
  const messages = useMessages();
  return useMemo(() => {
    const { undo, searches } = messages;
    const save = async ({ name, place }: SavedSearch): Promise<void> => {
      try {
        await api.saveSearch({ name, place });
      } catch (error) {
        notify(searches.saveFailed(name), error);
      }
      await refreshSavedSearches();
    };
    return async (search) => {
      try {
        await api.removeSavedSearch({ id: search.id });
        offer(searches.removed(search.name), { label: undo, run: () => void save(search) });
      } catch (error) {
        notify(searches.removeFailed(search.name), error);
      }
      await refreshSavedSearches();
    };
  }, [messages]);
}
