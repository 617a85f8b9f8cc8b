/** @file Engines that change while the library is open: no search fails, no hit is lost, and nothing that happens to the new one hurts the old one. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hasCode } from '../../core/api/errors.ts';
import type { EngineInfo } from '../../core/api/library.ts';
import type { SearchPage } from '../../core/api/query.ts';
import { type Client, receiveErrors, sendErrors } from '../../core/api/rpc.ts';
import { type Library, openLibrary } from '../../engine/library.ts';
import { type LibraryService, openService } from '../../engine/library-service.ts';
import { until } from './processes.ts';

const engine = new URL('../fixtures/engine/two-engines-entry.ts', import.meta.url).href;

let root: string;
let directory: string;
let pictures: string;
let close: (() => Promise<void>) | undefined;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'oneword-changing-'));
  directory = path.join(root, 'library');
  pictures = await mkdtemp(path.join(root, 'pictures-'));
});

afterEach(async () => {
  await close?.();
  close = undefined;
  await rm(root, { recursive: true, force: true });
});

/** The library in this process, with `colours` unless another engine was chosen before. */
async function open(model?: string): Promise<Client> {
  const service: LibraryService = await openService({ directory, activity: 'watch', engine, ...(model === undefined ? {} : { model }) });
  close = () => service.close();
  return createRouterClient(service.router, { interceptors: [receiveErrors, sendErrors(console.error)] });
}

async function reopen(): Promise<Client> {
  await close?.();
  return open();
}

/** Pictures whose names say nothing: from red over green to blue, each a little different in its corners. */
async function addPictures(count: number, first = 0): Promise<void> {
  for (let i = first; i < first + count; i++) {
    const shade = (i * 37) % 256;
    const pixels = Buffer.from([255 - shade, shade, i % 64, shade, 90, 255 - shade, i % 32, shade, 40, 250 - shade, i % 16, shade]);
    await writeFile(
      path.join(pictures, `x${i}.png`),
      await sharp(pixels, { raw: { width: 2, height: 2, channels: 3 } })
        .resize(32, 32)
        .png()
        .toBuffer(),
    );
  }
}

/** A picture with a black first pixel. */
async function addBlack(name: string): Promise<void> {
  await sharp({ create: { width: 16, height: 16, channels: 3, background: '#000000' } })
    .png()
    .toFile(path.join(pictures, name));
}

/** A library with so many pictures and those that lie there already. */
async function filled(count: number, others = 0): Promise<Client> {
  await addPictures(count);
  const client = await open('colours');
  await client.addFolder({ path: pictures });
  expect(await client.settled()).toMatchObject({ items: count + others, failed: 0 });
  return client;
}

const engineOf = async (client: Client, id: string): Promise<EngineInfo | undefined> =>
  (await client.listEngines()).find((one) => one.id === id);

const serves = async (client: Client, id: string): Promise<boolean> => {
  const engines = await client.listEngines();
  return engines.some((one) => one.id === id && one.active) && engines.every((one) => one.id === id || !one.active);
};

const idsOf = ({ hits }: SearchPage): string[] => hits.map(({ id }) => id).sort();

function read<T>(sql: string, ...values: unknown[]): T[] {
  const db = new Database(path.join(directory, 'library.db'), { readonly: true });
  try {
    return db.prepare<unknown[], T>(sql).all(...values);
  } finally {
    db.close();
  }
}

it('answers every search, with every picture, from before a change until after it', { timeout: 120_000 }, async () => {
  const client = await filled(40);
  const before = await client.search({ query: { text: 'red' }, limit: 1000 });
  expect(before.hits).toHaveLength(40);
  await client.useEngine({ id: 'shades-40' });
  let searches = 0;
  let together = 0;
  while (!(await serves(client, 'shades-40'))) {
    const page = await client.search({ query: { text: 'red' }, limit: 1000 });
    expect(idsOf(page)).toEqual(idsOf(before));
    expect([page.total, page.hits.length]).toEqual([40, 40]);
    const [best] = page.hits;
    if (best?.why.ranks.some(({ source }) => source === 'shades-40')) together += 1;
    searches += 1;
    await sleep(5); // the library is in this process, and what is known already takes no turn of the event loop
  }
  expect(searches).toBeGreaterThan(5);
  expect(together).toBeGreaterThan(0);
  const after = await client.search({ query: { text: 'red' }, limit: 1000 });
  expect(idsOf(after)).toEqual(idsOf(before));
  expect(after.hits[0]?.why.words).toEqual([{ text: 'shades word', probability: 1 }]);
  expect(await client.status()).toMatchObject({ engine: { id: 'shades-40', provider: 'Abacus', covered: 40, of: 40 }, jobs: [] });
  expect((await client.doctor()).checks.find(({ name }) => name === 'engine')?.detail).toContain('Abacus; it answers; The slide rule');
});

it('goes on with a page that was begun with other engines', { timeout: 120_000 }, async () => {
  const client = await filled(40);
  const all = idsOf(await client.search({ query: { text: 'red' }, limit: 1000 }));
  const query = { text: 'blue' };
  const alone = await client.search({ query, limit: 15 });
  await client.useEngine({ id: 'shades-40' });
  await until(async () => ((await engineOf(client, 'shades-40'))?.covered ?? 0) > 3);
  const together = await client.search({ query, limit: 15 });
  expect(together.hits[0]?.why.ranks.map(({ source }) => source)).toContain('colours');
  await until(() => serves(client, 'shades-40'));
  for (const first of [alone, together]) {
    const rest = await client.search({ query, limit: 1000, cursor: first.nextCursor ?? '' });
    expect([...idsOf(first), ...idsOf(rest)].sort()).toEqual(all);
  }
});

it('says how far it is, stops when told to, and lets new pictures be found at once', { timeout: 120_000 }, async () => {
  const client = await filled(30);
  await client.useEngine({ id: 'shades-40' });
  await until(async () => ((await engineOf(client, 'shades-40'))?.covered ?? 0) > 3);
  await client.pause();
  const [job] = (await client.status()).jobs.filter(({ name }) => name === 'changing-engine');
  expect(job).toMatchObject({ paused: true });
  expect((job?.done ?? 0) > 0 && (job?.total ?? 0) <= 31).toBe(true);
  expect(await engineOf(client, 'shades-40')).toMatchObject({ active: true, takingOver: true });
  expect(await engineOf(client, 'colours')).toMatchObject({ active: true, takingOver: false, covered: 30 });
  await client.resume();
  await addPictures(1, 900);
  await client.rescan({});
  await until(async () => (await client.status()).items === 31);
  expect((await client.search({ query: { text: 'red' }, limit: 1000 })).hits).toHaveLength(31);
  await until(() => serves(client, 'shades-40'));
  expect((await engineOf(client, 'shades-40'))?.covered).toBe(31);
});

it('goes back at once, embeds nothing for it, and remembers what was chosen', { timeout: 120_000 }, async () => {
  let client = await filled(12);
  await client.useEngine({ id: 'shades' });
  await until(() => serves(client, 'shades'));
  client = await reopen();
  expect(await serves(client, 'shades')).toBe(true);
  await client.settled();
  const { embedded } = await client.totals();
  await client.useEngine({ id: 'colours' });
  await until(() => serves(client, 'colours'));
  expect((await client.totals()).embedded).toBe(embedded);
  expect((await client.search({ query: { text: 'green' }, limit: 100 })).hits).toHaveLength(12);
  client = await reopen();
  expect(await serves(client, 'colours')).toBe(true);
  // One for this run only is not remembered.
  await close?.();
  client = await open('shades');
  expect((await client.status()).engine.id).toBe('shades');
  client = await reopen();
  expect((await client.status()).engine.id).toBe('colours');
});

it('gives up a change in the middle when the present engine is chosen again', { timeout: 120_000 }, async () => {
  const client = await filled(30);
  await client.useEngine({ id: 'shades-40' });
  await until(async () => ((await engineOf(client, 'shades-40'))?.covered ?? 0) > 3);
  await client.useEngine({ id: 'colours' });
  expect(await serves(client, 'colours')).toBe(true);
  const covered = (await engineOf(client, 'shades-40'))?.covered ?? 0;
  expect(covered).toBeGreaterThan(3);
  expect((await client.status()).jobs).toEqual([]);
  expect((await client.search({ query: { text: 'red' }, limit: 100 })).hits).toHaveLength(30);
  // And it goes on where it was.
  await client.useEngine({ id: 'shades-40' });
  await until(() => serves(client, 'shades-40'));
  expect((await client.totals()).embedded).toBe(60);
});

it('goes on where it was after kill -9', { timeout: 120_000 }, async () => {
  await addPictures(40);
  const library: Library = await openLibrary({ directory, activity: 'watch', engine, model: 'colours' });
  await library.client.addFolder({ path: pictures });
  await library.client.settled();
  await library.close();
  const again: Library = await openLibrary({ directory, activity: 'watch', engine });
  close = () => again.close();
  const { client } = again;
  await client.useEngine({ id: 'shades-40' });
  const rows = () => read<{ id: number }>(`SELECT id FROM embeddings WHERE space_id = (SELECT id FROM spaces WHERE key = 'shades-40@1')`);
  await until(async () => ((await engineOf(client, 'shades-40'))?.covered ?? 0) > 5);
  process.kill(again.pid ?? 0, 'SIGKILL');
  const kept = rows().map(({ id }) => id);
  expect(kept.length).toBeLessThan(40);
  await until(() => serves(client, 'shades-40').catch(() => false));
  const all = rows().map(({ id }) => id);
  expect([all.length, kept.every((id) => all.includes(id))]).toEqual([40, true]);
  expect((await client.search({ query: { text: 'red' }, limit: 100 })).hits).toHaveLength(40);
});

it.each([
  ['cannot start', 'shades-absent', 'missing'],
  ['fails with every picture', 'shades-failing', 'out of order'],
  ['refuses every picture', 'shades-refusing', 'It cannot take 12 of 12'],
])('leaves the present engine alone when the next one %s, and says so', { timeout: 120_000 }, async (_, id, reason) => {
  const client = await filled(12);
  await client.useEngine({ id });
  await until(async () => (await client.status()).notices.some((notice) => notice.id === 'next-engine' && notice.text.includes(reason)));
  expect((await client.status()).engine).toMatchObject({ id: 'colours', active: true });
  expect((await client.search({ query: { text: 'red' }, limit: 100 })).hits).toHaveLength(12);
  expect((await client.status()).failed).toBe(0);
  await client.useEngine({ id: 'colours' });
  expect((await client.status()).notices).toEqual([]);
});

it('counts what the next engine cannot take, lists it, and has it back with the former engine', { timeout: 120_000 }, async () => {
  await addBlack('black.png');
  const client = await filled(20, 1);
  await client.useEngine({ id: 'shades-picky' });
  await until(() => serves(client, 'shades-picky'));
  await client.settled();
  expect((await client.failures({})).failures).toMatchObject([
    { path: path.join(pictures, 'black.png'), message: expect.stringContaining('not to my taste') },
  ]);
  expect((await client.search({ query: { text: 'red' }, limit: 100 })).hits).toHaveLength(20);
  const { embedded } = await client.totals();
  await client.useEngine({ id: 'colours' });
  await until(() => serves(client, 'colours'));
  expect(await client.settled()).toMatchObject({ items: 21, failed: 0, embedded });
  expect((await client.search({ query: { text: 'red' }, limit: 100 })).hits).toHaveLength(21);
});

it('is not changed to what is not there', async () => {
  const client = await filled(1);
  await expect(client.useEngine({ id: 'nothing' })).rejects.toSatisfy((error) => hasCode(error, 'not-found'));
  expect(await serves(client, 'colours')).toBe(true);
});

it('answers with both engines side by side until one of them is to go on alone', { timeout: 120_000 }, async () => {
  const client = await filled(12);
  await client.useEngine({ id: 'shades', beside: true });
  await until(async () => (await engineOf(client, 'shades'))?.covered === 12);
  const page = await client.search({ query: { text: 'red' }, limit: 100 });
  expect(page.hits[0]?.why.ranks.map(({ source }) => source)).toEqual(['colours', 'shades']);
  expect(page.hits[0]?.why.words).toEqual([{ text: 'shades word', probability: 1 }]);
  expect(page.hits.map(({ score }) => score)).toEqual(page.hits.map(({ score }) => score).sort((a, b) => b - a));
  const picture = { kind: 'item', id: page.hits[0]?.id ?? '' } as const;
  expect(await client.search({ query: { picture, edit: 'blue' }, limit: 100 })).toMatchObject({ composition: 'learned', total: 11 });
  expect((await client.search({ query: { picture } })).hits[0]?.id).toBe(picture.id);
  expect((await client.listEngines()).filter(({ active, takingOver }) => active && !takingOver)).toHaveLength(2);
  await client.useEngine({ id: 'shades' });
  await until(() => serves(client, 'shades'));
});

it('removes an engine with its vectors, but none that answers', { timeout: 120_000 }, async () => {
  const client = await filled(12);
  await client.useEngine({ id: 'shades' });
  await until(() => serves(client, 'shades'));
  await expect(client.removeEngine({ id: 'shades' })).rejects.toSatisfy((error) => hasCode(error, 'unavailable'));
  const [space] = read<{ id: number }>(`SELECT id FROM spaces WHERE key = 'colours@1'`);
  const index = path.join(directory, 'index', String(space?.id));
  await client.removeEngine({ id: 'colours' });
  expect(read(`SELECT 1 FROM embeddings WHERE space_id = ?`, space?.id)).toEqual([]);
  expect(read(`SELECT key FROM settings WHERE key LIKE '%colours%'`)).toEqual([]);
  expect(existsSync(index)).toBe(false);
  expect((await client.search({ query: { text: 'red' }, limit: 100 })).hits).toHaveLength(12);
  expect(await engineOf(client, 'colours')).toMatchObject({ active: false, covered: 0 });
});
