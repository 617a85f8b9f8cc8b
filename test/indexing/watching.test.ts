/** @file A library that is open hears of changes: what is saved can be found, what is deleted is gone. */
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createColourEmbedder } from './colour-embedder.ts';
import { rowCounts } from './rows.ts';
import { closeReaders, numbered, openLibrary, pictureBytes, temporaryFolder, until, writePictures } from './setup.ts';

afterAll(closeReaders);

async function watched(names: readonly string[]) {
  const folder = temporaryFolder();
  const pictures = join(folder, 'pictures');
  mkdirSync(pictures);
  await writePictures(pictures, names);
  const embedder = createColourEmbedder();
  const log: string[] = [];
  const library = openLibrary(join(folder, 'library'), { embedder, watch: true, log: (line) => void log.push(line) });
  const { id } = await library.indexer.addFolder({ path: pictures });
  await library.indexer.settled();
  // A scan follows when watching has begun; what it finds proves that it has.
  writeFileSync(join(pictures, 'sign.png'), await pictureBytes(9999));
  await until(() => isReady('sign.png'), 'watching has begun');
  embedder.calls.fast = 0;
  function isReady(name: string): boolean {
    return library.store.db.prepare(`SELECT 1 FROM files WHERE path = ? AND state = 'ready'`).get(join(pictures, name)) !== undefined;
  }
  const has = (name: string) => library.store.db.prepare('SELECT 1 FROM files WHERE path = ?').get(join(pictures, name)) !== undefined;
  return { ...library, folder, pictures, embedder, isReady, has, id, log };
}

describe('watching', () => {
  it('indexes a file that is saved and removes one that is deleted', async () => {
    const { pictures, isReady, has, vectors } = await watched(['a.png']);
    writeFileSync(join(pictures, 'new.png'), await pictureBytes(50));
    await until(() => isReady('new.png'), 'the saved file is indexed');
    expect(vectors.size).toBe(3);
    rmSync(join(pictures, 'new.png'));
    await until(() => !has('new.png'), 'the deleted file is gone');
    expect(vectors.size).toBe(2);
  });

  it('waits for a file that is written in pieces', async () => {
    const { pictures, isReady, indexer, embedder } = await watched([]);
    const bytes = await pictureBytes(60);
    const path = join(pictures, 'slow.png');
    writeFileSync(path, '');
    for (let at = 0; at < bytes.length; at += 40) {
      appendFileSync(path, bytes.subarray(at, at + 40));
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(indexer.failures().total).toBe(0);
    }
    await until(() => isReady('slow.png'), 'it is indexed when it is complete');
    expect(embedder.calls.fast).toBe(1);
  });

  it('keeps the item when a file or its folder is renamed, and embeds nothing', async () => {
    const { pictures, isReady, has, embedder, store } = await watched(['trip/a.png', 'trip/b.png', 'c.png']);
    const ids = () => store.db.prepare('SELECT id FROM files ORDER BY id').pluck().all();
    const before = ids();
    renameSync(join(pictures, 'c.png'), join(pictures, 'renamed.png'));
    await until(() => isReady('renamed.png') && !has('c.png'), 'the file has its new name');
    renameSync(join(pictures, 'trip'), join(pictures, 'journey'));
    await until(
      () => isReady('journey/a.png') && isReady('journey/b.png') && !has('trip/a.png') && !has('trip/b.png'),
      'the folder has its new name',
    );
    expect(embedder.calls.fast).toBe(0);
    expect(ids()).toEqual(before);
    expect(rowCounts(store)).toMatchObject({ files: 4, embeddings: 4, spare_embeddings: 0, file_words: 4 });
  });

  it('takes a burst of files and a folder that is deleted whole', async () => {
    const { pictures, has, indexer, store } = await watched([]);
    await writePictures(pictures, numbered(100, 'burst/many'), 200);
    await until(() => rowCounts(store).file_words === 101, 'all are indexed');
    expect(indexer.failures().total).toBe(0);
    rmSync(join(pictures, 'burst'), { recursive: true });
    await until(() => rowCounts(store).files === 1, 'all are gone');
    expect(has('sign.png')).toBe(true);
  });

  it('keeps everything when the watched folder itself goes away, and is in step again when it is back', async () => {
    const { pictures, folder, indexer, store, isReady } = await watched(['a.png', 'b.png']);
    renameSync(pictures, join(folder, 'away'));
    await until(() => indexer.listFolders()[0]?.state === 'offline', 'it is offline');
    expect(rowCounts(store)).toMatchObject({ files: 3, embeddings: 3 });
    rmSync(join(folder, 'away/b.png'));
    await writePictures(join(folder, 'away'), ['c.png'], 70);
    renameSync(join(folder, 'away'), pictures);
    await until(() => isReady('c.png') && rowCounts(store).files === 3, 'it is in step again');
    expect(indexer.listFolders()[0]?.state).not.toBe('offline');
    writeFileSync(join(pictures, 'd.png'), await pictureBytes(71));
    await until(() => isReady('d.png'), 'it is watched again');
  });

  it('honours a .nomedia that comes and goes, and hidden folders', async () => {
    const { pictures, isReady, has } = await watched(['private/a.png', 'b.png']);
    mkdirSync(join(pictures, '.hidden'));
    writeFileSync(join(pictures, '.hidden/x.png'), await pictureBytes(80));
    writeFileSync(join(pictures, 'private/.nomedia'), '');
    await until(() => !has('private/a.png'), 'the private picture is gone');
    writeFileSync(join(pictures, 'private/later.png'), await pictureBytes(81));
    writeFileSync(join(pictures, 'after.png'), await pictureBytes(82));
    await until(() => isReady('after.png'), 'a later file is indexed');
    expect(has('private/later.png')).toBe(false);
    expect(has('.hidden/x.png')).toBe(false);
    rmSync(join(pictures, 'private/.nomedia'));
    await until(() => isReady('private/a.png') && isReady('private/later.png'), 'the folder is private no more');
    expect(dirname(pictures)).not.toBe(pictures);
  });
});
