/** @file From files on disk to rows and vectors: what is indexed, skipped, moved, removed and failed. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AppError } from '../../core/api/errors.ts';
import { colourSpace, createColourEmbedder } from './colour-embedder.ts';
import { rowCounts } from './rows.ts';
import { closeReaders, contentsOf, numbered, openLibrary, pictureBytes, temporaryFolder, until, writePictures } from './setup.ts';

afterAll(closeReaders);

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

async function indexed(count: number) {
  const folder = temporaryFolder();
  const pictures = join(folder, 'pictures');
  const directory = join(folder, 'library');
  await writePictures(pictures, numbered(count));
  const embedder = createColourEmbedder();
  const library = openLibrary(directory, { embedder });
  const { id } = await library.indexer.addFolder({ path: pictures });
  const totals = await library.indexer.settled();
  return { ...library, folder, pictures, directory, embedder, id, totals };
}

/** Opens the same library once more, as the next start would, and lets it settle. */
async function again(directory: string, embedder = createColourEmbedder()) {
  const library = openLibrary(directory, { embedder });
  const totals = await library.indexer.settled();
  return { ...library, totals, embedder };
}

describe('indexing a folder', () => {
  it('makes every picture an item with a vector, words and a thumbnail', async () => {
    const { totals, store, vectors, indexer, directory } = await indexed(20);
    expect(totals).toEqual({ indexed: 20, skipped: 0, embedded: 20, moved: 0, removed: 0, failed: 0, items: 20 });
    expect(vectors.size).toBe(20);
    expect(rowCounts(store)).toEqual({
      files: 20,
      contents: 20,
      parts: 20,
      embeddings: 20,
      spare_embeddings: 0,
      file_words: 20,
      file_grams: 20,
    });
    const [row] = store.db
      .prepare<[], { id: number; hash: string }>('SELECT files.id, hash FROM files JOIN contents ON contents.id = content_id')
      .all();
    const thumbnail = await indexer.thumbnails.ensure(row?.id ?? 0, 320);
    expect(thumbnail).toBe(join(directory, 'thumbs', row?.hash.slice(0, 2) ?? '', `${row?.hash}-320.webp`));
    expect(statSync(thumbnail).size).toBeGreaterThan(0);
  });

  it('finds everything up to date the second time', async () => {
    const { close, directory } = await indexed(10);
    await close();
    const { totals, embedder } = await again(directory);
    expect(totals).toEqual({ indexed: 0, skipped: 10, embedded: 0, moved: 0, removed: 0, failed: 0, items: 10 });
    expect(embedder.calls.fast).toBe(0);
  });

  it('embeds only what is new or changed', async () => {
    const { close, directory, pictures } = await indexed(5);
    await close();
    await writePictures(pictures, ['new.png', 'picture-0002.png'], 100);
    const { totals } = await again(directory);
    expect(totals).toEqual({ indexed: 2, skipped: 4, embedded: 2, moved: 0, removed: 0, failed: 0, items: 6 });
  });

  it('does not read a file again whose time changed and whose bytes did not', async () => {
    const { close, directory, pictures } = await indexed(3);
    await close();
    utimesSync(join(pictures, 'picture-0001.png'), 1_600_000_000, 1_600_000_000);
    const { totals, embedder } = await again(directory);
    expect(totals).toMatchObject({ indexed: 0, skipped: 3, embedded: 0 });
    expect(embedder.calls.fast).toBe(0);
  });

  it('embeds the same bytes under several names once, and each name is an item', async () => {
    const folder = temporaryFolder();
    const bytes = await pictureBytes(7);
    mkdirSync(join(folder, 'pictures'));
    for (const name of numbered(12, 'copy')) writeFileSync(join(folder, 'pictures', name), bytes);
    const { indexer, store } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: join(folder, 'pictures') });
    expect(await indexer.settled()).toMatchObject({ indexed: 12, embedded: 1, items: 12, moved: 0 });
    expect(rowCounts(store)).toMatchObject({ contents: 1, embeddings: 1, files: 12 });
  });

  it('gives every picture a vector of the new space after another engine was chosen', async () => {
    const { close, directory } = await indexed(4);
    await close();
    const { totals, store } = await again(directory, createColourEmbedder({ space: { ...colourSpace, id: 'colours@2' } }));
    expect(totals).toMatchObject({ indexed: 4, embedded: 4, items: 4 });
    expect(rowCounts(store)).toMatchObject({ contents: 4, embeddings: 8 });
  });
});

describe('what moves', () => {
  it('embeds nothing again when half of the files were renamed while it was not running', async () => {
    const { close, directory, pictures, store } = await indexed(40);
    const before = store.db.prepare('SELECT id, content_id FROM files ORDER BY id').all();
    await close();
    for (const name of numbered(20)) {
      mkdirSync(join(pictures, 'moved'), { recursive: true });
      renameSync(join(pictures, name), join(pictures, 'moved', `renamed-${name}`));
    }
    const { totals, embedder, store: after } = await again(directory);
    expect(totals).toEqual({ indexed: 0, skipped: 20, embedded: 0, moved: 20, removed: 0, failed: 0, items: 40 });
    expect(embedder.calls.fast).toBe(0);
    expect(after.db.prepare('SELECT id, content_id FROM files ORDER BY id').all()).toEqual(before); // the same items
    expect(rowCounts(after)).toMatchObject({ embeddings: 40, spare_embeddings: 0, file_words: 40 });
  });

  it('does not depend on which half of a rename is seen first', async () => {
    const { close, directory, pictures, folder } = await indexed(6);
    await close();
    // The deletion is seen in one run, the new name in another.
    for (const name of numbered(3)) renameSync(join(pictures, name), join(folder, name));
    const deleted = await again(directory);
    expect(deleted.totals).toMatchObject({ removed: 3, items: 3, embedded: 0 });
    expect(rowCounts(deleted.store)).toMatchObject({ embeddings: 3, spare_embeddings: 3 });
    await deleted.close();
    for (const name of numbered(3)) renameSync(join(folder, name), join(pictures, `back-${name}`));
    const back = await again(directory);
    expect(back.totals).toMatchObject({ moved: 3, indexed: 0, items: 6, embedded: 0 });
    expect(rowCounts(back.store)).toMatchObject({ embeddings: 6, spare_embeddings: 0 });
  });

  it('tells names apart that were swapped between files of one size and time', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    mkdirSync(pictures);
    const paths = numbered(2).map((name) => join(pictures, name));
    for (const [seed, path] of paths.entries()) {
      writeFileSync(path, Buffer.concat([await pictureBytes(seed), Buffer.alloc(4096)]).subarray(0, 4096)); // what follows a PNG's end is ignored
      utimesSync(path, 1_600_000_000, 1_600_000_000);
    }
    const { indexer, close } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: pictures });
    await indexer.settled();
    await close();
    const [a = '', b = ''] = paths;
    renameSync(a, `${a}.x`);
    renameSync(b, a);
    renameSync(`${a}.x`, b);
    const { store, embedder } = await again(join(folder, 'library'));
    const rows = store.db
      .prepare<[], { path: string; hash: string }>('SELECT path, hash FROM files JOIN contents ON contents.id = content_id')
      .all();
    expect(rows.length).toBe(2);
    for (const { path, hash } of rows) expect(hash).toBe(sha256(path));
    expect(embedder.calls.fast).toBe(0);
  });

  it('keeps what was computed for 30 days after the last file went, and no longer', async () => {
    const { close, directory, pictures } = await indexed(3);
    await close();
    rmSync(join(pictures, 'picture-0000.png'));
    const gone = await again(directory);
    expect(rowCounts(gone.store)).toMatchObject({ contents: 3, spare_embeddings: 1 });
    await gone.close();
    const later = openLibrary(directory, { now: () => Date.now() + 31 * 24 * 3600 * 1000 });
    await later.indexer.settled();
    await until(() => rowCounts(later.store).contents === 2, 'the spare content is deleted');
    expect(rowCounts(later.store)).toMatchObject({ contents: 2, embeddings: 2, spare_embeddings: 0 });
  });
});

describe('folders', () => {
  it('keeps the items of a folder that went offline, and goes on when it is back', async () => {
    const { close, directory, pictures, folder } = await indexed(5);
    await close();
    renameSync(pictures, join(folder, 'unplugged'));
    const offline = await again(directory);
    expect(offline.totals).toMatchObject({ items: 5, removed: 0 });
    expect(offline.indexer.listFolders()[0]).toMatchObject({ state: 'offline', items: 5 });
    expect(offline.indexer.notices()[0]?.text).toContain('is offline');
    // An empty mount point is not an emptied folder either.
    mkdirSync(pictures);
    offline.indexer.rescan();
    expect(await offline.indexer.settled()).toMatchObject({ items: 5, removed: 0 });
    expect(offline.indexer.listFolders()[0]?.state).toBe('offline');
    rmSync(pictures, { recursive: true });
    renameSync(join(folder, 'unplugged'), pictures);
    offline.indexer.rescan();
    expect(await offline.indexer.settled()).toMatchObject({ items: 5, embedded: 0 });
    expect(offline.indexer.listFolders()[0]?.state).toBe('watching');
  });

  it('removes the items of a folder that was really emptied', async () => {
    const { indexer, pictures, vectors } = await indexed(3);
    for (const name of numbered(3)) rmSync(join(pictures, name));
    indexer.rescan();
    expect(await indexer.settled()).toMatchObject({ items: 0, removed: 3 });
    expect(vectors.size).toBe(0);
  });

  it('purges what is excluded from now on, says before what that will be, and takes it in again', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), ['a.png', 'raw/b.png', 'raw/deep/c.png', 'other/d.png']);
    const { indexer, store, vectors } = openLibrary(join(folder, 'library'));
    const { id } = await indexer.addFolder({ path: join(folder, 'pictures') });
    await indexer.settled();
    const preview = await indexer.previewExclude({ id, include: [], exclude: ['raw'] });
    expect(preview).toEqual({ items: 2, sample: [join(folder, 'pictures/raw/b.png'), join(folder, 'pictures/raw/deep/c.png')] });
    await indexer.updateFolder({ id, include: [], exclude: ['raw'] });
    expect(await indexer.settled()).toMatchObject({ items: 2, removed: 2 });
    expect(rowCounts(store)).toEqual({ files: 2, contents: 2, parts: 2, embeddings: 2, spare_embeddings: 0, file_words: 2, file_grams: 2 });
    expect(vectors.size).toBe(2);
    await indexer.updateFolder({ id, include: ['raw'], exclude: [] });
    expect(await indexer.settled()).toMatchObject({ items: 2 });
    expect(contentsOf(store).map((row) => (row as { path: string }).path)).toEqual(preview.sample);
  });

  it('forgets a folder that is removed, and leaves the files alone', async () => {
    const { indexer, id, store, pictures, vectors, directory } = await indexed(4);
    expect(await indexer.removeFolder({ id })).toEqual({ removed: 4 });
    expect(rowCounts(store)).toEqual({ files: 0, contents: 0, parts: 0, embeddings: 0, spare_embeddings: 0, file_words: 0, file_grams: 0 });
    expect(vectors.size).toBe(0);
    expect(indexer.listFolders()).toEqual([]);
    expect(readFileSync(join(pictures, 'picture-0000.png')).length).toBeGreaterThan(0);
    const { readdirSync } = await import('node:fs');
    await until(
      () => readdirSync(join(directory, 'thumbs'), { recursive: true }).every((name) => !String(name).endsWith('.webp')),
      'thumbnails are gone',
    );
  });

  it('answers with the folder around it when a part of a watched folder is added', async () => {
    const { indexer, pictures, id } = await indexed(1);
    mkdirSync(join(pictures, 'part'));
    expect(await indexer.addFolder({ path: join(pictures, 'part') })).toMatchObject({ id, path: pictures });
    expect(await indexer.addFolder({ path: `${pictures}/` })).toMatchObject({ id });
    await expect(indexer.addFolder({ path: join(pictures, 'part'), exclude: ['x'] })).rejects.toMatchObject({ code: 'bad-request' });
    await expect(indexer.addFolder({ path: join(pictures, 'missing') })).rejects.toMatchObject({ code: 'folder-missing' });
    await expect(indexer.addFolder({ path: join(pictures, 'picture-0000.png') })).rejects.toMatchObject({ code: 'folder-missing' });
  });

  it('takes watched folders over when the folder around them is added, without computing anything again', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), ['2023/a.png', '2023/b.png', '2024/c.png']);
    const { indexer } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: join(folder, 'pictures/2023') });
    await indexer.settled();
    await indexer.addFolder({ path: join(folder, 'pictures') });
    expect(await indexer.settled()).toMatchObject({ embedded: 3, items: 3, removed: 0 });
    expect(indexer.listFolders().map((one) => one.path)).toEqual([join(folder, 'pictures')]);
  });

  it('never indexes the library itself', async () => {
    const folder = temporaryFolder();
    await writePictures(folder, ['a.png']);
    const { indexer } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: folder });
    await indexer.settled();
    indexer.rescan();
    expect(await indexer.settled()).toMatchObject({ items: 1 });
    await expect(indexer.addFolder({ path: join(folder, 'library') })).rejects.toMatchObject({ code: 'bad-request' });
    const link = join(temporaryFolder(), 'link');
    symlinkSync(folder, link);
    const other = openLibrary(join(temporaryFolder(), 'library'));
    await other.indexer.addFolder({ path: link });
    expect(await other.indexer.settled()).toMatchObject({ items: 1 });
  });
});

describe('bad input', () => {
  it('lists files that cannot be read with the reason, goes on with the others, and tries again when asked', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    await writePictures(pictures, ['good.png', 'cut.png']);
    truncateSync(join(pictures, 'cut.png'), 60);
    writeFileSync(join(pictures, 'empty.jpg'), '');
    writeFileSync(join(pictures, 'text.png'), 'this is no picture');
    const { indexer } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: pictures });
    expect(await indexer.settled()).toMatchObject({ items: 1, failed: 3, indexed: 1 });
    const { failures, total } = indexer.failures();
    expect(total).toBe(3);
    expect(failures.map(({ path, code, attempts }) => ({ path, code, attempts }))).toEqual(
      ['cut.png', 'empty.jpg', 'text.png'].map((name) => ({ path: join(pictures, name), code: 'unreadable-file', attempts: 1 })),
    );
    expect(indexer.failures({ limit: 1, after: failures[0]?.fileId ?? 0 }).failures).toEqual([failures[1]]);

    await writePictures(pictures, ['text.png'], 50);
    expect(indexer.retry({ fileIds: failures.slice(0, 1).map((one) => one.fileId) })).toEqual({ retried: 1 });
    indexer.rescan();
    expect(await indexer.settled()).toMatchObject({ items: 2, failed: 2 });
    expect(indexer.failures().failures[0]?.attempts).toBe(2);
    expect(indexer.retry()).toEqual({ retried: 2 });
    await indexer.settled();
  });

  it('takes any name that the file system takes', async () => {
    const folder = temporaryFolder();
    const names = [
      'line\nbreak.png',
      '🏖️ beach.png',
      'cafe\u0301.png',
      'café.png',
      `${'ü'.repeat(123)}.png`,
      ' spaces .png',
      'quote\'".png',
      '%_[x].png',
    ];
    expect(Buffer.byteLength(names[4] ?? '')).toBe(250);
    await writePictures(join(folder, 'pictures'), names);
    const { indexer, store, directory } = { ...openLibrary(join(folder, 'library')), directory: join(folder, 'library') };
    await indexer.addFolder({ path: join(folder, 'pictures') });
    expect(await indexer.settled()).toMatchObject({ items: names.length, failed: 0 });
    const paths = store.db
      .prepare<[], { path: string }>('SELECT path FROM files')
      .all()
      .map((row) => row.path);
    expect(new Set(paths)).toEqual(new Set(names.map((name) => join(folder, 'pictures', name))));
    expect(directory).not.toBe('');
  });

  it('reports names that are not UTF-8', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    await writePictures(pictures, ['fine.png']);
    writeFileSync(Buffer.concat([Buffer.from(`${pictures}/caf`), Buffer.from([0xe9]), Buffer.from('.png')]), await pictureBytes(2));
    const { indexer } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: pictures });
    expect(await indexer.settled()).toMatchObject({ items: 1, failed: 1 });
    expect(indexer.failures().failures[0]).toMatchObject({ code: 'unreadable-file', message: expect.stringContaining('not valid UTF-8') });
    rmSync(Buffer.concat([Buffer.from(`${pictures}/caf`), Buffer.from([0xe9]), Buffer.from('.png')]));
    indexer.rescan();
    expect(await indexer.settled()).toMatchObject({ items: 1, failed: 0 });
  });

  it('skips hidden and system folders, folders with .nomedia, and does not follow links', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    await writePictures(pictures, [
      'seen.png',
      '.hidden/a.png',
      '.dot.png',
      '@eaDir/b.png',
      '$RECYCLE.BIN/c.png',
      'node_modules/d.png',
      'private/e.png',
      'private/below/f.png',
      'notes.txt',
      'film.mp4',
    ]);
    writeFileSync(join(pictures, 'private/.nomedia'), '');
    symlinkSync('..', join(pictures, 'loop'));
    symlinkSync(pictures, join(pictures, 'private-loop'));
    symlinkSync(join(pictures, 'seen.png'), join(pictures, 'link.png'));
    symlinkSync('nowhere', join(pictures, 'broken.png'));
    const { indexer } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: pictures });
    expect(await indexer.settled()).toMatchObject({ items: 1, indexed: 1, failed: 0 });
    writeFileSync(join(pictures, '.nomedia'), '');
    indexer.rescan();
    expect(await indexer.settled()).toMatchObject({ items: 0, removed: 1 });
  });

  it('survives a folder that is deleted while it is scanned', async () => {
    const folder = temporaryFolder();
    const pictures = join(folder, 'pictures');
    await writePictures(pictures, [...numbered(5), ...numbered(200, 'gone/away')]);
    const { indexer } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: pictures });
    await until(() => indexer.jobs().length > 0, 'something is going on');
    rmSync(join(pictures, 'gone'), { recursive: true });
    await indexer.settled();
    indexer.rescan();
    expect(await indexer.settled()).toMatchObject({ items: 5, failed: 0 });
  });
});

describe('an engine in trouble', () => {
  it('waits while the engine restarts, says so, and loses nothing', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), numbered(10));
    const embedder = createColourEmbedder();
    embedder.fault = () => new AppError('unavailable', 'The engine is being started again.');
    const { indexer } = openLibrary(join(folder, 'library'), { embedder });
    await indexer.addFolder({ path: join(folder, 'pictures') });
    await until(() => indexer.notices().length > 0, 'the trouble is told');
    expect(indexer.notices()[0]).toMatchObject({ level: 'error', text: 'Indexing waits: The engine is being started again.' });
    embedder.fault = undefined;
    expect(await indexer.settled()).toMatchObject({ indexed: 10, failed: 0 });
    expect(indexer.notices()).toEqual([]);
  });

  it('marks the one picture as failed that the engine dies of, and no other', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), numbered(12));
    const embedder = createColourEmbedder();
    let poison: Uint8Array | undefined;
    embedder.fault = (pictures) => {
      const pixels = pictures.map((picture) => picture.rasters[0]?.data ?? new Uint8Array());
      poison ??= pixels[0];
      return pixels.some((data) => Buffer.compare(data, poison ?? data) === 0)
        ? new AppError('engine-failed', 'The engine died.')
        : undefined;
    };
    const { indexer } = openLibrary(join(folder, 'library'), { embedder });
    await indexer.addFolder({ path: join(folder, 'pictures') });
    expect(await indexer.settled()).toMatchObject({ indexed: 11, failed: 1 });
    expect(indexer.failures().failures[0]).toMatchObject({ code: 'engine-failed', message: expect.stringContaining('The engine died.') });
  });
});

describe('pause', () => {
  it('stops before the next file, outlives the process, and goes on where it stopped', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), numbered(60));
    const embedder = createColourEmbedder();
    const first = openLibrary(join(folder, 'library'), { embedder });
    embedder.fault = () => first.indexer.pause(); // as soon as the engine has work
    await first.indexer.addFolder({ path: join(folder, 'pictures') });
    await until(() => first.indexer.totals().indexed > 0, 'what was begun is finished');
    await until(() => first.indexer.jobs().every((job) => job.name !== 'scanning'), 'the scan has ended');
    await first.close();
    const second = openLibrary(join(folder, 'library'));
    expect(second.indexer.paused).toBe(true);
    const before = second.indexer.totals().items;
    expect(before).toBeLessThan(60);
    await until(() => second.indexer.jobs().some((job) => job.name === 'indexing' && job.paused), 'the pause is shown');
    second.indexer.resume();
    expect(await second.indexer.settled()).toMatchObject({ indexed: 60 - before, items: 60 });
  });
});

describe('a scan', () => {
  it('stands still while the library is paused, also in the next process, and goes on when it is resumed', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), [...numbered(3, 'a/one'), ...numbered(3, 'b/two')]);
    const first = openLibrary(join(folder, 'library'));
    first.indexer.pause();
    await first.indexer.addFolder({ path: join(folder, 'pictures') });
    const isWaiting = ({ indexer }: typeof first) => indexer.jobs().some(({ name, paused }) => name === 'scanning' && paused);
    await until(() => isWaiting(first), 'the scan is shown as paused');
    await first.close();
    const second = openLibrary(join(folder, 'library'));
    await until(() => isWaiting(second), 'the pause is shown');
    expect(second.store.db.prepare('SELECT count(*) FROM files').pluck().get()).toBe(0);
    second.indexer.resume();
    expect(await second.indexer.settled()).toMatchObject({ indexed: 6, items: 6 });
  });

  it('counts what it has seen, never backwards, from one folder to the next', async () => {
    const folder = temporaryFolder();
    for (const name of ['a', 'b']) await writePictures(join(folder, name), numbered(120, `${name}/in`));
    const { indexer } = openLibrary(join(folder, 'library'));
    await indexer.addFolder({ path: join(folder, 'a') });
    await indexer.addFolder({ path: join(folder, 'b') });
    await indexer.settled();
    const seen: number[] = [];
    const rates: number[] = [];
    indexer.onChange(() => {
      for (const { name, done, rate } of indexer.jobs()) {
        if (name !== 'scanning') continue;
        seen.push(done);
        rates.push(rate);
      }
    });
    indexer.rescan();
    await indexer.settled();
    expect(seen.at(-1)).toBeGreaterThanOrEqual(120);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(Math.max(...rates)).toBeGreaterThan(0);
    expect(indexer.jobs()).toEqual([]);
  });
});

describe('progress', () => {
  it('never goes backwards within a run', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), numbered(50));
    const { indexer } = openLibrary(join(folder, 'library'), { embedder: createColourEmbedder({ delayMs: 5 }) });
    const seen: number[] = [];
    indexer.onChange(() => {
      for (const job of indexer.jobs()) if (job.name === 'indexing') seen.push(job.done);
    });
    await indexer.addFolder({ path: join(folder, 'pictures') });
    await indexer.settled();
    expect(seen.length).toBeGreaterThan(3);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(indexer.jobs()).toEqual([]);
  });
});

describe('the second pass', () => {
  it('replaces vectors and people in the background, and never what was embedded meanwhile', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), numbered(10));
    const embedder = createColourEmbedder({ thorough: true });
    const { indexer, store, vectors } = openLibrary(join(folder, 'library'), { embedder, watch: true });
    await indexer.addFolder({ path: join(folder, 'pictures') });
    expect(await indexer.settled()).toMatchObject({ embedded: 10 });
    const fast = () => store.db.prepare(`SELECT count(*) FROM embeddings WHERE pass = 'fast'`).pluck().get();
    await until(() => fast() === 0, 'all have been looked at again');
    expect(embedder.calls).toEqual({ fast: 10, thorough: 10 });
    expect(store.db.prepare('SELECT DISTINCT people FROM contents').pluck().all()).toEqual([2]);
    const keys = store.db.prepare('SELECT id FROM embeddings ORDER BY id').pluck().all();
    expect([...vectors.keys()].sort((a, b) => a - b)).toEqual(keys);
  });

  it('does not run when it is switched off', async () => {
    const folder = temporaryFolder();
    await writePictures(join(folder, 'pictures'), numbered(3));
    const embedder = createColourEmbedder({ thorough: true });
    const { writeSettings } = await import('../../core/store/settings.ts');
    const { indexer, store } = openLibrary(join(folder, 'library'), { embedder, watch: true });
    writeSettings(store, { secondPass: false });
    await indexer.addFolder({ path: join(folder, 'pictures') });
    await indexer.settled();
    expect(indexer.jobs()).toEqual([]);
    writeSettings(store, { secondPass: true });
    indexer.settingsChanged();
    await until(() => embedder.calls.thorough === 3, 'it runs when it is switched on');
  });
});
