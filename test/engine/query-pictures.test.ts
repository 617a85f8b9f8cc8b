/** @file How long a picture is kept that was handed over to search with: two weeks after it was used last, and as long as a saved search has it. */
import { copyFile, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { listSavedSearches, removeSavedSearch, saveSearch, uploadsOfSavedSearches } from '../../core/store/keepsakes.ts';
import { openStore, type Store } from '../../core/store/open.ts';
import { openLibrary } from '../../engine/library.ts';
import { removeOldQueryPictures } from '../../engine/query-pictures.ts';
import { samples } from '../contract/suite.ts';

const weekMs = 7 * 24 * 3600 * 1000;
const [saved, old, fresh] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];
const copyOf = (id: string): string => `${id}-320.webp`;
let directory: string;
let store: Store;

beforeEach(async () => {
  directory = path.join(await mkdtemp(path.join(tmpdir(), 'oneword-queries-')), 'library');
  store = openStore(directory);
  saveSearch(store, 'Coffee at night', new URLSearchParams({ like: `upload:${saved}`, edit: 'at night' }).toString(), 1);
  saveSearch(store, 'Beach', 'q=beach', 2);
  saveSearch(store, 'Like that one', 'like=item:7', 3);
  await mkdir(path.join(directory, 'queries'));
});

afterEach(async () => {
  if (store.db.open) store.close();
  await rm(path.dirname(directory), { recursive: true, force: true });
});

const at = (name: string): string => path.join(directory, 'queries', name);
const kept = async (): Promise<string[]> => (await readdir(path.join(directory, 'queries'))).toSorted();

/** A picture and its small copy, last used so many weeks ago. */
async function put(id: string, weeks: number): Promise<void> {
  const then = new Date(Date.now() - weeks * weekMs);
  await copyFile(path.join(samples, 'coffee.jpg'), at(id));
  await writeFile(at(copyOf(id)), 'a copy');
  for (const name of [id, copyOf(id)]) await utimes(at(name), then, then);
}

it('clears what nobody used for two weeks, with its copies, but never the picture of a saved search', async () => {
  await put(saved, 30);
  await put(old, 3);
  await put(fresh, 1);
  await removeOldQueryPictures(directory, uploadsOfSavedSearches(store));
  expect(await kept()).toEqual([saved, copyOf(saved), fresh, copyOf(fresh)]);

  const search = listSavedSearches(store).find(({ name }) => name === 'Coffee at night');
  removeSavedSearch(store, search?.id ?? 0);
  await removeOldQueryPictures(directory, uploadsOfSavedSearches(store));
  expect(await kept()).toEqual([fresh, copyOf(fresh)]);
});

it('clears what a broken upload left, once nothing can be coming any more', async () => {
  await put(fresh, 0);
  for (const name of ['one.part', `${copyOf(fresh)}.two.tmp`]) await writeFile(at(name), 'half of it');
  await removeOldQueryPictures(directory, new Set());
  expect(await kept()).toHaveLength(4);
  await removeOldQueryPictures(directory, new Set(), Date.now() + 2 * 3600 * 1000);
  expect(await kept()).toEqual([fresh, copyOf(fresh)]);
});

it('is done when the library is opened; whatever is looked at there stays for two weeks more', async () => {
  await put(saved, 30);
  await put(old, 3);
  await put(fresh, 1.9);
  store.close();
  const library = await openLibrary({ directory, activity: 'query' });
  try {
    expect(await kept()).toEqual([saved, copyOf(saved), fresh, copyOf(fresh)]);
    await expect(library.queryPicture(old, 'thumb')).rejects.toMatchObject({ code: 'not-found' });
    await library.queryPicture(fresh, 'thumb');
    expect(Date.now() - (await stat(at(fresh))).mtimeMs).toBeLessThan(weekMs);
    expect(Date.now() - (await stat(at(saved))).mtimeMs).toBeGreaterThan(weekMs);
  } finally {
    await library.close();
  }
}, 120_000);
