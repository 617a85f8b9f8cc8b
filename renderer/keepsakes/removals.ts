/**
 * @file Collections that were removed a moment ago. They are hidden at once and removed when nobody can take it back any more: made anew, a collection
 * would lack the pictures of drives that are not connected now. Leaving the page removes them too.
 */
import { create } from 'zustand';
import { api, queries, queryClient } from '../app/api.ts';
import { notify, offer, offeredFor } from '../app/notices.ts';
import type { Messages } from '../messages/messages.ts';

type Named = { id: number; name: string };

export const useRemovals = create<{ hidden: ReadonlySet<number> }>(() => ({ hidden: new Set() }));

const waiting = new Map<number, ReturnType<typeof setTimeout>>();

export function removeSoon(collection: Named, messages: Messages): void {
  const { collections, undo } = messages;
  const { id, name } = collection;
  hide(id, true);
  waiting.set(
    id,
    setTimeout(() => void removeNow(collection, messages), offeredFor),
  );
  offer(collections.removed(name), { label: undo, run: () => keep(id) });
}

function keep(id: number): void {
  const timer = waiting.get(id);
  if (timer === undefined) return;
  clearTimeout(timer);
  waiting.delete(id);
  hide(id, false);
}

async function removeNow({ id, name }: Named, { collections }: Messages): Promise<void> {
  waiting.delete(id);
  try {
    await api.removeCollection({ id });
    await queryClient.invalidateQueries({ queryKey: queries.listCollections.key() });
  } catch (error) {
    notify(collections.removeFailed(name), error);
  }
  hide(id, false);
}

function hide(id: number, isHidden: boolean): void {
  useRemovals.setState(({ hidden }) => ({
    hidden: isHidden ? new Set([...hidden, id]) : new Set([...hidden].filter((other) => other !== id)),
  }));
}

// What the client sends is dropped with the page; `keepalive` is not.
window.addEventListener('pagehide', () => {
  for (const id of waiting.keys()) {
    const body = JSON.stringify({ json: { id } });
    void fetch('/api/removeCollection', { method: 'POST', keepalive: true, headers: { 'content-type': 'application/json' }, body });
  }
});
