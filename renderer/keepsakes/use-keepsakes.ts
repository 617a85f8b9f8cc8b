/** @file Stars and collections as a page changes them: shown at once, said in a notice, taken back from there. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Collection } from '../../core/api/keepsakes.ts';
import { api, queries, queryClient } from '../app/api.ts';
import { notify, offer } from '../app/notices.ts';
import { type Messages, useMessages } from '../messages/messages.ts';
import { alreadyStarred, showStars } from './keepsake-cache.ts';
import { useRemovals } from './removals.ts';

export type Stars = { set(ids: readonly string[], starred: boolean): void };

export function useStars(): Stars {
  const messages = useMessages();
  return useMemo(() => ({ set: (ids, starred) => void setStars(ids, starred, messages) }), [messages]);
}

export type Collect = {
  into(collectionId: number, ids: readonly string[]): Promise<void>;
  outOf(collectionId: number, ids: readonly string[]): Promise<void>;
  /** Makes a collection of this name and puts the items into it. Throws where there is one of this name, for the field where it was typed. */
  make(name: string, ids: readonly string[]): Promise<void>;
};

export function useCollect(): Collect {
  const messages = useMessages();
  return useMemo(
    () => ({
      into: (id, ids) => collect(id, ids, true, messages),
      outOf: (id, ids) => collect(id, ids, false, messages),
      make: async (name, ids) => {
        const made = await api.makeCollection({ name });
        if (ids.length > 0) await collect(made.id, ids, true, messages, made.name);
      },
    }),
    [messages],
  );
}

/** By name, without those that were removed a moment ago. */
export function useCollections(): readonly Collection[] | undefined {
  const hidden = useRemovals((state) => state.hidden);
  return useQuery(queries.listCollections.queryOptions()).data?.filter(({ id }) => !hidden.has(id));
}

async function setStars(ids: readonly string[], starred: boolean, messages: Messages): Promise<void> {
  const { keepsakes, undo } = messages;
  const before = alreadyStarred(queryClient, ids, starred);
  const changing = ids.filter((id) => !before.has(id));
  if (changing.length === 0) return;
  showStars(queryClient, changing, starred);
  try {
    await api.setStars({ ids: changing, starred });
    const text = starred ? keepsakes.starred(changing.length) : keepsakes.unstarred(changing.length);
    offer(text, { label: undo, run: () => void setStars(changing, !starred, messages) });
  } catch (error) {
    showStars(queryClient, changing, !starred);
    notify(keepsakes.starFailed, error);
  }
}

async function collect(id: number, ids: readonly string[], isIn: boolean, messages: Messages, named?: string): Promise<void> {
  const { keepsakes, undo } = messages;
  const name = named ?? queryClient.getQueryData(queries.listCollections.queryKey())?.find((one) => one.id === id)?.name ?? '';
  try {
    const { changed } = await api.collect({ id, ids: [...ids], isIn });
    if (changed === 0) {
      notify(isIn ? keepsakes.alreadyIn(name) : keepsakes.notIn(name));
      return;
    }
    const text = isIn ? keepsakes.collected(changed, name) : keepsakes.takenOut(changed, name);
    // Where some were as asked before, taking all of them back would be more than was done.
    if (changed < ids.length) notify(text);
    else offer(text, { label: undo, run: () => void collect(id, ids, !isIn, messages, name) });
  } catch (error) {
    notify(keepsakes.collectFailed(name), error);
  }
}
