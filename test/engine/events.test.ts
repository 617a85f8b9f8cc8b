/** @file Events: a status at once, pauses between, nothing lost, nobody left waiting. */
import { expect, it } from 'vitest';
import type { LibraryEvent, LibraryStatus } from '../../core/api/library.ts';
import { createEvents, shortestPause } from '../../engine/events.ts';

function status(items: number): LibraryStatus {
  const text = { name: '', description: '', problem: null, english: true, limits: '', licence: '', scores: '' };
  const state = { installed: true, active: true, takingOver: false, source: null, consent: null, download: null, provider: null };
  const engine = { id: 'lite', kind: 'lite' as const, composition: 'arithmetic' as const, ...text, ...state };
  const numbers = { dimension: 1, bytes: 0, memoryBytes: 0, secondsPerPicture: null, covered: 0, of: 0 };
  const counts = { items, pictures: items, pages: 0, failed: 0, offlineFolders: 0 };
  const index = { backend: 'exact', note: '' };
  return { version: '0', library: '', ...counts, paused: false, jobs: [], engine: { ...engine, ...numbers }, index, notices: [] };
}

async function take(events: AsyncIterator<LibraryEvent, undefined>, n: number): Promise<LibraryEvent[]> {
  const taken: LibraryEvent[] = [];
  while (taken.length < n) {
    const { done, value } = await events.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

it('begins with a status and then tells what changed, gathered', async () => {
  let items = 1;
  const events = createEvents(() => status(items));
  const listener = events.listen(undefined);
  expect(await take(listener, 1)).toMatchObject([{ type: 'status', status: { items: 1 } }]);
  const before = performance.now();
  for (items = 2; items < 100; items++) events.tell('changed');
  events.tell('folders');
  expect(await take(listener, 3)).toMatchObject([{ type: 'folders' }, { type: 'changed' }, { type: 'status', status: { items: 100 } }]);
  expect(performance.now() - before).toBeGreaterThan(shortestPause - 50);
  await listener.return?.();
});

it('ends for a listener who waits, by signal, by return and by close', async () => {
  const events = createEvents(() => status(0));
  const abort = new AbortController();
  const [bySignal, byReturn, byClose] = [events.listen(abort.signal), events.listen(undefined), events.listen(undefined)];
  for (const listener of [bySignal, byReturn, byClose]) await listener.next();
  const waiting = [bySignal, byReturn, byClose].map((listener) => listener.next());
  abort.abort();
  await byReturn.return?.();
  events.close();
  expect((await Promise.all(waiting)).map(({ done }) => done)).toEqual([true, true, true]);
});

it('answers nothing to somebody who was gone before', async () => {
  const events = createEvents(() => status(0));
  expect(await events.listen(AbortSignal.abort()).next()).toEqual({ done: true, value: undefined });
});
