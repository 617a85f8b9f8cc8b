/** @file A second engine that catches up beside the serving one: what it sees, when it covers the library, and what happens to work in flight. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../core/api/errors.ts';
import type { IndexedEngine } from '../../core/indexing/engines.ts';
import { createIndexer, type Indexer, type IndexerOptions } from '../../core/indexing/indexer.ts';
import { ensureSpace, listUncovered } from '../../core/store/contents.ts';
import { openStore, type Store } from '../../core/store/open.ts';
import { listRoots, setOnline } from '../../core/store/roots.ts';
import { type ColourEmbedder, colourSpace, createColourEmbedder } from './colour-embedder.ts';
import { closeReaders, numbered, readersForTests, temporaryFolder, until, writePictures } from './setup.ts';

afterAll(closeReaders);

type TestEngine = IndexedEngine & { readonly embedder: ColourEmbedder; readonly known: Map<number, Float32Array> };

function engineFor(store: Store, id: string): TestEngine {
  const embedder = createColourEmbedder({ space: { ...colourSpace, id, model: id } });
  const known = new Map<number, Float32Array>();
  const vectors = {
    add: (key: number, vector: Float32Array) => void known.set(key, vector),
    remove: (keys: readonly number[]) => {
      for (const key of keys) known.delete(key);
    },
  };
  return { embedder, spaceId: ensureSpace(store, embedder.space), vectors, known };
}

type Opened = {
  readonly store: Store;
  readonly indexer: Indexer;
  readonly pictures: string;
  readonly engines: { serving: TestEngine; next: TestEngine | undefined };
  readonly first: TestEngine;
  readonly second: TestEngine;
  covered: number;
};

async function open(count: number, options: Partial<IndexerOptions> = {}): Promise<Opened> {
  const folder = temporaryFolder();
  const pictures = join(folder, 'pictures');
  await writePictures(pictures, numbered(count));
  const store = openStore(join(folder, 'library'));
  const first = engineFor(store, 'first');
  const second = engineFor(store, 'second');
  const engines: Opened['engines'] = { serving: first, next: undefined };
  const onCovered = () => {
    opened.covered += 1;
  };
  const indexer = createIndexer({ store, readers: readersForTests(), engines, watch: false, onCovered, ...options });
  onTestFinished(() => indexer.close().then(() => store.close()));
  const opened: Opened = { store, indexer, pictures, engines, first, second, covered: 0 };
  indexer.start();
  await indexer.addFolder({ path: pictures });
  return opened;
}

const vectorsOf = ({ store }: Opened, { spaceId }: TestEngine): number[] =>
  store.db.prepare<[number], number>('SELECT id FROM embeddings WHERE space_id = ? ORDER BY id').pluck().all(spaceId);

it('is shown every picture once, and each vector goes to its own index', async () => {
  const opened = await open(25);
  await opened.indexer.settled();
  opened.engines.next = opened.second;
  opened.indexer.enginesChanged();
  await until(() => opened.covered > 0, 'the second engine covers the library');
  expect(opened.second.embedder.calls.fast).toBe(25);
  expect([...opened.second.known.keys()].sort((a, b) => a - b)).toEqual(vectorsOf(opened, opened.second));
  expect([...opened.first.known.keys()].sort((a, b) => a - b)).toEqual(vectorsOf(opened, opened.first));
  expect([opened.first.known.size, opened.second.known.size]).toEqual([25, 25]);
  // A picture that goes and comes back leaves both and returns to both, and nothing is embedded.
  const [name = ''] = numbered(1);
  renameSync(join(opened.pictures, name), join(opened.pictures, 'away'));
  opened.indexer.rescan();
  await opened.indexer.settled();
  expect([opened.first.known.size, opened.second.known.size]).toEqual([24, 24]);
  renameSync(join(opened.pictures, 'away'), join(opened.pictures, 'back.png'));
  opened.indexer.rescan();
  await opened.indexer.settled();
  expect([opened.first.known.size, opened.second.known.size]).toEqual([25, 25]);
  expect([opened.first.embedder.calls.fast, opened.second.embedder.calls.fast]).toEqual([25, 25]);
});

it('is shown the newest pictures first', async () => {
  const { store, indexer, second } = await open(3);
  await indexer.settled();
  const set = store.db.prepare('UPDATE contents SET taken_at = ? WHERE id = ?');
  set.run('2021-05-01T10:00:00', 1);
  set.run('2024-05-01T10:00:00', 2);
  set.run('2023-05-01T10:00:00', 3);
  expect(listUncovered(store, second.spaceId).map(({ contentId }) => contentId)).toEqual([2, 3, 1]);
});

it('rests while indexing is paused, and goes on where it was', async () => {
  const opened = await open(30);
  await opened.indexer.settled();
  opened.indexer.pause();
  opened.engines.next = opened.second;
  opened.indexer.enginesChanged();
  await until(() => opened.indexer.jobs().some(({ name }) => name === 'changing-engine'), 'the change is known');
  expect(opened.indexer.jobs()).toMatchObject([{ name: 'changing-engine', done: 0, total: 30, paused: true }]);
  expect([opened.second.embedder.calls.fast, opened.covered]).toEqual([0, 0]);
  opened.indexer.resume();
  await until(() => opened.covered > 0, 'the second engine covers the library');
  expect(opened.indexer.jobs()).toEqual([]);
});

it('does not cover the library while pictures wait for their drive, and says so', async () => {
  const opened = await open(10);
  const { store, indexer } = opened;
  await indexer.settled();
  const [root] = listRoots(store);
  setOnline(store, root?.id ?? 0, false);
  opened.engines.next = opened.second;
  indexer.enginesChanged();
  await until(() => indexer.notices().some(({ text }) => text.includes('10 pictures wait')), 'it is said that they wait');
  expect(opened.covered).toBe(0);
  setOnline(store, root?.id ?? 0, true);
  indexer.enginesChanged();
  await until(() => opened.covered > 0, 'the second engine covers the library');
  expect(indexer.notices()).toEqual([]);
});

it('waits while it is out of order, and nothing is marked as failed for it', async () => {
  const opened = await open(10);
  const { indexer, second } = opened;
  await indexer.settled();
  second.embedder.fault = () => new AppError('engine-failed', 'It is being restarted.');
  opened.engines.next = second;
  indexer.enginesChanged();
  await until(() => indexer.notices().some(({ text }) => text.includes('being restarted')), 'it is said');
  second.embedder.fault = undefined;
  await until(() => opened.covered > 0, 'the second engine covers the library');
  expect(indexer.totals()).toMatchObject({ failed: 0, items: 10 });
});

it('covers nothing when it refuses more than a few', async () => {
  const opened = await open(20);
  const { indexer, second } = opened;
  await indexer.settled();
  let refused = 0;
  second.embedder.fault = () => (++refused % 4 === 0 ? new AppError('unreadable-file', 'Not this one.') : undefined);
  opened.engines.next = second;
  indexer.enginesChanged();
  await until(() => indexer.notices().some(({ text }) => text.includes('cannot take 5 of 20')), 'it is said');
  expect(opened.covered).toBe(0);
});

it('serves at once when it takes over, with what was under way for the former engine', async () => {
  const opened = await open(40);
  const { indexer, engines, first, second } = opened;
  const gate = Promise.withResolvers<void>();
  const image = first.embedder.image.bind(first.embedder);
  first.embedder.image = async (...args) => {
    const answer = await image(...args);
    if (first.embedder.calls.fast > 8) await gate.promise;
    return answer;
  };
  await until(() => first.embedder.calls.fast > 8, 'some are with the first engine');
  engines.serving = second;
  indexer.enginesChanged();
  gate.resolve();
  expect(await indexer.settled()).toMatchObject({ items: 40, failed: 0 });
  const unseen = listUncovered(opened.store, second.spaceId).length;
  // What the first had finished before stays its own; everything else was seen by the second.
  expect(unseen).toBeLessThanOrEqual(8);
  expect([vectorsOf(opened, second).length, second.embedder.calls.fast]).toEqual([40 - unseen, 40 - unseen]);
});
