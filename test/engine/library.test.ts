/** @file A library and its processes: deaths of each, the end of all, and a library without an engine. */
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hasCode } from '../../core/api/errors.ts';
import type { LibraryEvent } from '../../core/api/library.ts';
import { receiveErrors, sendErrors } from '../../core/api/rpc.ts';
import { type Library, openLibrary } from '../../engine/library.ts';
import { openService } from '../../engine/library-service.ts';
import { descendants, isAlive, until } from './processes.ts';

const samples = path.resolve(import.meta.dirname, '../../samples');
const onLinux = process.platform === 'linux';

let root: string;
let directory: string;
let library: Library | undefined;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'oneword-library-'));
  directory = path.join(root, 'library');
});

afterEach(async () => {
  await library?.close();
  library = undefined;
  await rm(root, { recursive: true, force: true });
});

async function open(): Promise<Library> {
  library = await openLibrary({ directory, activity: 'watch' });
  return library;
}

it('is started again when its process dies, and the work goes on', async () => {
  const { client } = await open();
  await client.addFolder({ path: samples });
  const events: LibraryEvent['type'][] = [];
  const listening = (async () => {
    for await (const event of await client.events()) events.push(event.type);
  })();
  await until(async () => (await client.status()).items > 2);
  const before = library?.pid ?? 0;
  const inFlight = client.settled();
  process.kill(before, 'SIGKILL');
  await expect(inFlight).rejects.toSatisfy((error) => hasCode(error, 'unavailable'));
  await expect(listening).rejects.toSatisfy((error) => hasCode(error, 'unavailable'));
  expect(events[0]).toBe('status');
  expect(await client.settled()).toMatchObject({ items: 15, failed: 0 });
  expect(library?.pid).not.toBe(before);
  expect((await client.doctor()).checks.filter(({ ok }) => !ok)).toEqual([]);
});

it.skipIf(!onLinux)('goes on when its engine or a reader is killed', async () => {
  const { client } = await open();
  await client.addFolder({ path: samples });
  await until(async () => (await client.status()).items > 0);
  for (const pid of descendants(library?.pid ?? 0)) process.kill(pid, 'SIGKILL');
  expect(await client.settled()).toMatchObject({ items: 15, failed: 0 });
  expect((await client.search({ query: { text: 'a cat' } })).hits[0]?.name).toBe('chelsea.jpg');
});

it('is open in one process at a time', async () => {
  await open();
  await expect(openLibrary({ directory, activity: 'query' })).rejects.toSatisfy((error) => hasCode(error, 'library-busy'));
  await library?.close();
  const again = await open();
  expect((await again.client.status()).items).toBe(0);
});

it('says which engine it does not know', async () => {
  const opening = openLibrary({ directory, activity: 'query', model: 'huge' });
  await expect(opening).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('huge') });
});

it('keeps a log in its folder', async () => {
  const { client } = await open();
  await client.addFolder({ path: samples });
  await client.settled();
  const pid = library?.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  await until(async () => library?.pid !== pid);
  await library?.close();
  const [name = ''] = await readdir(path.join(directory, 'logs'));
  expect(await readFile(path.join(directory, 'logs', name), 'utf8')).toContain('SIGKILL');
});

it.skipIf(!onLinux)('ends with its host, even one that is killed', async () => {
  const host = spawn(process.execPath, [path.resolve(import.meta.dirname, '../fixtures/engine/host.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => host.stdout.once('data', resolve));
  const pids = descendants(host.pid ?? 0);
  expect(pids.length).toBeGreaterThanOrEqual(3); // library, engine, readers
  host.kill('SIGKILL');
  await until(() => pids.every((pid) => !isAlive(pid)));
  expect((await (await open()).client.status()).items).toBe(0); // and its lock is free
});

it('answers by names and facts while the engine does not start, and says so', async () => {
  const pictures = path.join(root, 'pictures');
  await mkdir(pictures);
  for (const name of ['chelsea.jpg', 'coffee.jpg']) await copyFile(path.join(samples, name), path.join(pictures, name));
  const { client } = await open();
  await client.addFolder({ path: pictures });
  await client.settled();
  await library?.close();

  const engine = new URL('../fixtures/engine/absent-entry.ts', import.meta.url).href;
  const service = await openService({ directory, activity: 'watch', engine });
  const names = createRouterClient(service.router, { interceptors: [receiveErrors, sendErrors(console.error)] });
  try {
    expect((await names.status()).notices).toMatchObject([{ id: 'engine', level: 'error', text: expect.stringContaining('missing') }]);
    expect((await names.search({ query: { text: 'coffee' } })).hits.map(({ name }) => name)).toEqual(['coffee.jpg']);
    expect((await names.search({ query: { text: 'type:jpeg' } })).hits).toHaveLength(2);
    expect((await names.search({ query: {} })).hits).toHaveLength(2);
    expect((await names.doctor()).ok).toBe(false);
  } finally {
    await service.close();
  }
});
