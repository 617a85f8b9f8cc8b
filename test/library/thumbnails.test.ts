/** @file Thumbnails: made once, made again when missing, and never more than the cap. */
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { createThumbnails } from '../../core/library/thumbnails.ts';
import { setOnline } from '../../core/store/roots.ts';
import { writeSettings } from '../../core/store/settings.ts';
import { closeReaders, numbered, openLibrary, readersForTests, temporaryFolder, writePictures } from '../indexing/setup.ts';

afterAll(closeReaders);

async function library(count: number) {
  const folder = temporaryFolder();
  await writePictures(join(folder, 'pictures'), numbered(count));
  const opened = openLibrary(join(folder, 'library'));
  const { id } = await opened.indexer.addFolder({ path: join(folder, 'pictures') });
  await opened.indexer.settled();
  const files = opened.store.db.prepare('SELECT id FROM files ORDER BY id').pluck().all() as number[];
  return { ...opened, folder, rootId: id, files, thumbs: join(folder, 'library/thumbs') };
}

const webps = (folder: string) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.webp'));

describe('thumbnails', () => {
  it('are there after indexing, and are made again when they are missing', async () => {
    const { indexer, files, thumbs } = await library(2);
    expect(webps(thumbs).length).toBe(2);
    rmSync(thumbs, { recursive: true });
    const [small, large] = await Promise.all([
      indexer.thumbnails.ensure(files[0] ?? 0, 320),
      indexer.thumbnails.ensure(files[0] ?? 0, 1600),
    ]);
    expect((await sharp(small).metadata()).format).toBe('webp');
    expect((await sharp(large).metadata()).width).toBe(64); // never enlarged
    const made = statSync(large).mtimeMs;
    expect(await indexer.thumbnails.ensure(files[0] ?? 0, 1600)).toBe(large);
    expect(statSync(large).mtimeMs).toBe(made); // not made twice
  });

  it('say why there is none', async () => {
    const { indexer, files, store, rootId } = await library(1);
    await expect(indexer.thumbnails.ensure(12345, 320)).rejects.toMatchObject({ code: 'not-found' });
    setOnline(store, rootId, false);
    expect(await indexer.thumbnails.ensure(files[0] ?? 0, 320)).toContain('-320.webp'); // it is on this disk
    await expect(indexer.thumbnails.ensure(files[0] ?? 0, 1600)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('stay under the cap: the large ones that were not looked at for longest go first', async () => {
    const { store, folder, thumbs } = await library(1);
    writeSettings(store, { thumbnailCacheMiB: 16 });
    const mebibyte = Buffer.alloc(1024 * 1024);
    const at = (name: string, daysAgo: number) => {
      const path = join(thumbs, 'ab', name);
      writeFileSync(path, mebibyte);
      const time = Date.now() / 1000 - daysAgo * 86_400;
      utimesSync(path, time, time);
    };
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(thumbs, 'ab'), { recursive: true });
    for (let i = 0; i < 10; i++) at(`large${i}-1600.webp`, i);
    for (let i = 0; i < 10; i++) at(`small${i}-320.webp`, 100 + i);
    const thumbnails = createThumbnails({ store, readers: readersForTests() });
    expect(await thumbnails.trim()).toBeLessThanOrEqual(16 * 1024 * 1024);
    const left = webps(join(thumbs, 'ab'));
    expect(left.filter((name) => name.startsWith('small')).length).toBe(10);
    expect(left.filter((name) => name.startsWith('large')).sort()).toEqual([
      'large0-1600.webp',
      'large1-1600.webp',
      'large2-1600.webp',
      'large3-1600.webp',
    ]);
    expect(folder).not.toBe(thumbs);
  });
});
