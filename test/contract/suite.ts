/** @file What the contract promises, asked through whatever transport: one suite, run by direct, message-port, handler and http tests. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../core/api/errors.ts';
import { AppError } from '../../core/api/errors.ts';
import type { LibraryEvent } from '../../core/api/library.ts';
import type { Client } from '../../core/api/rpc.ts';

export const samples = path.resolve(import.meta.dirname, '../../samples');

/** Two folders of pictures, one file that is none. */
export type Place = { readonly root: string; readonly library: string; readonly pictures: string };

export async function makePlace(): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), 'oneword-contract-'));
  const pictures = path.join(root, 'pictures');
  await mkdir(path.join(pictures, 'space'), { recursive: true });
  for (const name of ['chelsea.jpg', 'coffee.jpg', 'horse.jpg']) await copyFile(path.join(samples, name), path.join(pictures, name));
  await copyFile(path.join(samples, 'rocket.jpg'), path.join(pictures, 'space', 'rocket.jpg'));
  await writeFile(path.join(pictures, 'broken.jpg'), 'not a picture');
  return { root, library: path.join(root, 'library'), pictures };
}

type Opened = { readonly client: Client; close(): Promise<void> };

export function contractSuite(transport: string, open: (library: string) => Promise<Opened>): void {
  describe(`the contract over ${transport}`, () => {
    let place: Place;
    let opened: Opened;
    let client: Client;

    beforeAll(async () => {
      place = await makePlace();
      opened = await open(place.library);
      client = opened.client;
    });

    afterAll(async () => {
      await opened?.close();
      await rm(place.root, { recursive: true, force: true });
    });

    async function refusal(call: Promise<unknown>): Promise<{ code: ErrorCode; message: string }> {
      const error = await call.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(AppError);
      return error as AppError;
    }

    it('begins empty', async () => {
      expect(await client.status()).toMatchObject({ items: 0, failed: 0, paused: false });
      expect(await client.listFolders()).toEqual([]);
      expect((await client.search({ query: { text: 'cat' } })).hits).toEqual([]);
    });

    it('indexes a folder and says what it did', async () => {
      const folder = await client.addFolder({ path: place.pictures });
      expect(folder.path).toBe(place.pictures);
      const run = await client.settled();
      expect(run).toMatchObject({ indexed: 4, embedded: 4, failed: 1, items: 4, moved: 0, removed: 0 });
      expect(await client.listFolders()).toMatchObject([{ id: folder.id, items: 4, failed: 1, pending: 0 }]);
      expect(await client.status()).toMatchObject({ items: 4, pictures: 4, failed: 1, engine: { id: 'lite', active: true } });
    });

    it('finds pictures by words, best first, with the reason', async () => {
      const page = await client.search({ query: { text: 'a cat' }, limit: 10 });
      expect(page.hits.map(({ name }) => name)[0]).toBe('chelsea.jpg');
      expect(page.hits).toHaveLength(4);
      expect(page.total).toBe(4);
      expect(page.nextCursor).toBeNull();
      expect(page.hits[0]?.why.words.length).toBeGreaterThan(0);
      expect(page.hits.map(({ score }) => score)).toEqual(page.hits.map(({ score }) => score).sort((a, b) => b - a));
    });

    it('pages without losing or repeating a hit, and refuses the cursor of another query', async () => {
      const first = await client.search({ query: { text: 'a horse' }, limit: 3 });
      const cursor = first.nextCursor ?? '';
      const second = await client.search({ query: { text: 'a horse' }, limit: 3, cursor });
      expect(new Set([...first.hits, ...second.hits].map(({ id }) => id)).size).toBe(4);
      expect((await refusal(client.search({ query: { text: 'a cup' }, limit: 3, cursor }))).code).toBe('bad-request');
    });

    it('finds a picture by itself, and by itself with an edit', async () => {
      const [hit] = (await client.search({ query: { text: 'coffee' } })).hits;
      const picture = { kind: 'item', id: hit?.id ?? '' } as const;
      expect((await client.search({ query: { picture } })).hits[0]?.id).toBe(hit?.id);
      const edited = await client.search({ query: { picture, edit: 'a rocket' } });
      expect(edited.composition).not.toBe('none');
      expect(edited.hits).toHaveLength(3); // the picture itself is not what was asked for
      expect(edited.hits[0]?.name).toBe('rocket.jpg');
    });

    it('keeps stars, collections and searches, and finds by them', async () => {
      const { hits } = await client.search({ query: { text: 'cat' } });
      const [cat, other] = hits.map(({ id }) => id) as [string, string];
      expect(await client.setStars({ ids: [cat], starred: true })).toEqual({ changed: 1 });
      expect(await client.setStars({ ids: [cat], starred: true })).toEqual({ changed: 0 });
      const starred = await client.search({ query: { filters: { starred: true } } });
      expect(starred.hits.map(({ id, starred }) => [id, starred])).toEqual([[cat, true]]);

      const trips = await client.makeCollection({ name: 'Trips' });
      expect((await refusal(client.makeCollection({ name: 'trips' }))).code).toBe('bad-request');
      expect(await client.collect({ id: trips.id, ids: [cat, other], isIn: true })).toEqual({ changed: 2 });
      expect(await client.collect({ id: trips.id, ids: [other], isIn: false })).toEqual({ changed: 1 });
      await client.renameCollection({ id: trips.id, name: 'Journeys' });
      expect(await client.listCollections()).toMatchObject([{ id: trips.id, name: 'Journeys', items: 1, cover: { id: cat } }]);
      expect((await client.search({ query: { text: 'rocket', filters: { collection: 'journeys' } } })).hits.map(({ id }) => id)).toEqual([
        cat,
      ]);
      expect(await client.item({ id: cat })).toMatchObject({ starred: true, collections: [{ id: trips.id, name: 'Journeys' }] });
      await client.removeCollection({ id: trips.id });
      expect((await refusal(client.collect({ id: trips.id, ids: [cat], isIn: true }))).code).toBe('not-found');
      expect(await client.item({ id: cat })).toMatchObject({ collections: [] });

      const saved = await client.saveSearch({ name: 'Cats', place: 'q=cat' });
      expect(await client.listSavedSearches()).toEqual([saved]);
      await client.removeSavedSearch({ id: saved.id });
      expect(await client.listSavedSearches()).toEqual([]);
    });

    it('counts items by type', async () => {
      expect(await client.countTypes({})).toEqual([{ type: 'jpeg', items: 4 }]);
      const space = path.join(place.pictures, 'space');
      expect(await client.countTypes({ filters: { folder: space } })).toEqual([{ type: 'jpeg', items: 1 }]);
      expect(await client.countTypes({ filters: { folder: space, types: ['png'] } })).toEqual([]);
    });

    it('knows facts in words, and what is known of an item', async () => {
      expect(await client.understand({ text: 'beach july 2023' })).toMatchObject([{ filters: { from: '2023-07-01', to: '2023-07-31' } }]);
      const [hit] = (await client.search({ query: { text: 'rocket' } })).hits;
      const item = await client.item({ id: hit?.id ?? '' });
      expect(item).toMatchObject({
        name: 'rocket.jpg',
        type: 'jpeg',
        offline: false,
        path: path.join(place.pictures, 'space', 'rocket.jpg'),
      });
      expect(item.width).toBeGreaterThan(0);
    });

    it('says in its own codes what is wrong', async () => {
      expect((await refusal(client.item({ id: '999999' }))).code).toBe('not-found');
      expect((await refusal(client.addFolder({ path: path.join(place.root, 'nowhere') }))).code).toBe('folder-missing');
      expect((await refusal(client.search({ query: { edit: 'at night' } }))).code).toBe('bad-request');
      const limit = await refusal(client.search({ query: { text: 'x' }, limit: -1 }));
      expect([limit.code, limit.message]).toEqual(['bad-request', expect.stringContaining('limit')]);
      const upload = { kind: 'upload', id: '0'.repeat(32) } as const;
      expect((await refusal(client.search({ query: { picture: upload } }))).code).toBe('not-found');
    });

    const hasNames = transport !== 'direct calls'; // there a name that does not exist is no function
    (hasNames ? it : it.skip)('has no methods but those of the contract', async () => {
      const wrong = client as unknown as Record<string, () => Promise<unknown>>; // names that the types do not know
      for (const name of ['dropEverything', 'media', 'opened', 'constructor', '__proto__']) {
        expect([name, (await refusal(wrong[name]?.() ?? Promise.resolve())).code]).toEqual([name, 'not-found']);
      }
    });

    it('lists what failed, and tries it again', async () => {
      const { failures, total } = await client.failures({});
      expect([total, failures.length]).toEqual([1, 1]);
      expect(failures[0]).toMatchObject({ path: path.join(place.pictures, 'broken.jpg'), code: 'unreadable-file' });
      await copyFile(path.join(samples, 'coins.jpg'), path.join(place.pictures, 'broken.jpg'));
      await client.retry({ fileIds: failures.map(({ fileId }) => fileId) });
      await client.rescan({});
      expect(await client.settled()).toMatchObject({ items: 5, failed: 0 });
    });

    it('previews what an exclusion would remove, then removes it and takes it back', async () => {
      const [folder] = await client.listFolders();
      const id = folder?.id ?? 0;
      const globs = { include: [], exclude: ['space/**'] };
      const preview = await client.previewExclude({ id, ...globs });
      expect(preview.items).toBe(1);
      expect(preview.sample).toEqual([expect.stringContaining('rocket.jpg')]);
      await client.updateFolder({ id, ...globs });
      expect((await client.settled()).items).toBe(4);
      await client.updateFolder({ id, include: [], exclude: [] });
      expect((await client.settled()).items).toBe(5);
    });

    it('tells what happens while somebody listens, and stops when told to', async () => {
      const abort = new AbortController();
      const seen: LibraryEvent['type'][] = [];
      let paused = false;
      const listening = (async () => {
        for await (const event of await client.events(undefined, { signal: abort.signal })) {
          seen.push(event.type);
          if (seen.length === 1) await client.pause();
          if (event.type === 'status' && event.status.paused) {
            paused = true;
            abort.abort();
          }
        }
      })();
      await listening.catch((error: unknown) => expect(abort.signal.aborted, String(error)).toBe(true));
      expect(seen[0]).toBe('status');
      expect(paused).toBe(true);
      await client.resume();
      expect((await client.status()).paused).toBe(false);
    });

    it('keeps settings, and knows its engines', async () => {
      const before = await client.getSettings();
      expect(await client.setSettings({ thumbnailCacheMiB: 64 })).toEqual({ ...before, thumbnailCacheMiB: 64 });
      expect((await client.getSettings()).thumbnailCacheMiB).toBe(64);
      expect((await refusal(client.setSettings({ thumbnailCacheMiB: 1 }))).code).toBe('bad-request');
      expect((await client.listEngines()).filter(({ active }) => active)).toMatchObject([
        { id: 'lite', installed: true, of: 5, covered: 5 },
      ]);
    });

    it('changes engines only to what is there, and removes none that answers', async () => {
      expect((await refusal(client.useEngine({ id: 'nothing' }))).code).toBe('not-found');
      expect((await refusal(client.installEngine({ id: 'nothing', consent: true }))).code).toBe('not-found');
      expect((await refusal(client.installEngine({ id: 'e5v' }))).code).toBe('bad-request');
      expect((await refusal(client.removeEngine({ id: 'lite' }))).code).toBe('unavailable');
      expect((await refusal(client.importEngine({ path: place.pictures }))).code).toMatch(/^model-/);
      expect(await client.useEngine({ id: 'lite' })).toEqual({});
      expect(await client.stopInstall({ id: 'e5v' })).toEqual({});
      expect(await client.warm()).toEqual({});
      expect((await client.listEngines()).filter(({ active, takingOver }) => active || takingOver)).toMatchObject([
        { id: 'lite', active: true, takingOver: false, download: null, source: null, consent: null },
      ]);
    });

    it('shows the folders of this machine', async () => {
      const inside = await client.browse({ path: place.pictures });
      expect(inside).toEqual({
        path: place.pictures,
        parent: place.root,
        folders: [{ name: 'space', path: path.join(place.pictures, 'space') }],
      });
      expect((await client.browse({})).folders).toBeInstanceOf(Array);
      expect((await refusal(client.browse({ path: path.join(place.root, 'nowhere') }))).code).toBe('folder-missing');
    });

    it('is in good health', async () => {
      const report = await client.doctor();
      expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(report.ok).toBe(true);
    });

    it('forgets a folder and leaves its files alone', async () => {
      const [folder] = await client.listFolders();
      expect(await client.removeFolder({ id: folder?.id ?? 0 })).toEqual({ removed: 5 });
      expect((await client.search({ query: { text: 'a cat' } })).hits).toEqual([]);
      expect((await client.status()).items).toBe(0);
      expect((await client.browse({ path: place.pictures })).folders).toHaveLength(1);
    });
  });
}
