/** @file Engines that are downloaded, imported, used and removed while the library is open. */
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { hasCode } from '../../core/api/errors.ts';
import type { EngineInfo } from '../../core/api/library.ts';
import { type Client, receiveErrors, sendErrors } from '../../core/api/rpc.ts';
import { openService } from '../../engine/library-service.ts';
import { catalogueEntry } from '../../models/hub/catalogue.ts';
import { checkpoint, type Fault, type Hub, startHub } from '../models/hub/hub-server.ts';
import { until } from './processes.ts';

const samples = path.resolve(import.meta.dirname, '../../samples');
const id = 'e5v';
const shard = 'model-00001-of-00002.safetensors';

let root: string;
let hub: Hub;
let close: (() => Promise<void>) | undefined;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'oneword-installs-'));
  hub = await startHub(catalogueEntry(id)?.repo ?? '');
  vi.stubEnv('ONEWORD_MODELS', path.join(root, 'models'));
  vi.stubEnv('HF_ENDPOINT', hub.url);
});

afterEach(async () => {
  await close?.();
  close = undefined;
  await hub.close();
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

async function open(): Promise<Client> {
  await close?.();
  const service = await openService({ directory: path.join(root, 'library'), activity: 'watch' });
  close = () => service.close();
  return createRouterClient(service.router, { interceptors: [receiveErrors, sendErrors(console.error)] });
}

const engineOf = async (client: Client, wanted: string): Promise<EngineInfo | undefined> =>
  (await client.listEngines()).find((one) => one.id === wanted);

/** Sends a thousand bytes, and then nothing more for as long as anybody listens. */
const stall: Fault = (response, { content, from }) => {
  response.writeHead(from === 0 ? 200 : 206, {
    'content-length': content.length - from,
    'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
  });
  response.write(content.subarray(from, from + 1000));
};

it('downloads what was agreed to, stops, says after a restart how far it was, and goes on from there', { timeout: 60_000 }, async () => {
  let client = await open();
  await expect(client.installEngine({ id })).rejects.toMatchObject({ code: 'bad-request', message: expect.stringContaining('licence') });
  await expect(client.installEngine({ id: 'nothing', consent: true })).rejects.toSatisfy((error) => hasCode(error, 'not-found'));
  await expect(client.useEngine({ id })).rejects.toSatisfy((error) => hasCode(error, 'model-missing'));

  hub.faults.set(shard, [stall]);
  await client.installEngine({ id, consent: true });
  await until(() => hub.seen.some((request) => request.path === shard));
  await until(async () => ((await engineOf(client, id))?.download?.done ?? 0) > 0);
  expect((await engineOf(client, id))?.download).toMatchObject({ problem: null });
  expect((await client.status()).jobs.map(({ name }) => name)).toEqual(['downloading']);
  await client.stopInstall({ id });
  expect((await client.status()).jobs).toEqual([]);
  expect((await engineOf(client, id))?.download?.problem).toContain('stopped');

  client = await open();
  expect((await engineOf(client, id))?.download).toMatchObject({ rate: 0, problem: expect.stringContaining('stopped') });
  await client.installEngine({ id });
  await until(async () => (await engineOf(client, id))?.installed === true);
  expect(await engineOf(client, id)).toMatchObject({ download: null, active: false });
  expect(hub.seen.filter((request) => request.path === shard).at(-1)?.range).toMatch(/^bytes=[1-9]/);

  await client.removeEngine({ id });
  expect(await engineOf(client, id)).toMatchObject({ installed: false, download: null });
  expect(await readdir(path.join(root, 'models'))).toEqual([]);
});

it('says why a download stands still', { timeout: 60_000 }, async () => {
  const client = await open();
  hub.listing = {
    instead: (response) => {
      response.writeHead(403, { 'x-error-code': 'GatedRepo' }).end('no');
      return true;
    },
  };
  await client.installEngine({ id, consent: true });
  await until(async () => ((await engineOf(client, id))?.download?.problem ?? '') !== '');
  expect((await engineOf(client, id))?.installed).toBe(false);
});

it('changes to an imported checkpoint and back, and forgets what it left in the library', { timeout: 180_000 }, async () => {
  const pictures = path.join(root, 'pictures');
  await mkdir(pictures);
  for (const name of ['chelsea.jpg', 'coffee.jpg', 'rocket.jpg']) await copyFile(path.join(samples, name), path.join(pictures, name));
  const client = await open();
  await client.addFolder({ path: pictures });
  await client.settled();
  await expect(client.importEngine({ path: pictures })).rejects.toSatisfy(
    (error) => hasCode(error, 'model-missing') || hasCode(error, 'model-invalid'),
  );
  const imported = await client.importEngine({ path: checkpoint });
  expect(await engineOf(client, imported.id)).toMatchObject({ installed: true, active: false, covered: 0, of: 3 });
  await client.useEngine(imported);
  const found = async () => (await client.search({ query: { text: 'a cat' } })).hits.length;
  while ((await client.status()).engine.id !== imported.id) {
    expect(await found()).toBe(3);
    expect((await client.status()).notices.filter(({ level }) => level === 'error')).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await found()).toBe(3);
  expect((await client.doctor()).checks.filter(({ ok }) => !ok)).toEqual([]);
  await expect(client.removeEngine(imported)).rejects.toSatisfy((error) => hasCode(error, 'unavailable'));
  await client.useEngine({ id: 'lite' });
  await until(async () => (await client.status()).engine.id === 'lite');
  await client.removeEngine(imported);
  expect(await engineOf(client, imported.id)).toBeUndefined();
  expect((await readdir(checkpoint)).length).toBeGreaterThan(3);
  await expect(client.removeEngine({ id: 'lite' })).rejects.toSatisfy((error) => hasCode(error, 'unavailable'));
  expect((await client.search({ query: { text: 'a cat' } })).hits[0]?.name).toBe('chelsea.jpg');
});
