/** @file The engine in its own process: order of work, deaths, restarts. */
import { afterEach, expect, it } from 'vitest';
import { AppError, hasCode } from '../../core/api/errors.ts';
import type { PictureInput } from '../../core/indexing/embedder.ts';
import { type EmbedderProcess, openEmbedderProcess } from '../../engine/embedder.ts';
import { until } from './processes.ts';

const entry = new URL('../fixtures/engine/embedder-entry.ts', import.meta.url);
let open: EmbedderProcess | undefined;

afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(milliseconds = 0, model = 'probe'): Promise<EmbedderProcess> {
  open = await openEmbedderProcess({ model, threads: milliseconds, entry, log: () => undefined });
  return open;
}

function picture(number: number): PictureInput {
  return { width: 1, height: 1, rasters: [{ width: 1, height: 1, data: Uint8Array.of(number, 0, 0) }] };
}

it('describes its engine before it works', async () => {
  const embedder = await start();
  expect(embedder.space.id).toBe('probe@1');
  expect(embedder.rasters('fast')).toEqual([{ fit: 'squash', width: 1, height: 1, filter: 'bilinear' }]);
  expect((await embedder.words({ dimension: 2, data: Float32Array.of(7, 0) }, 2))[0]?.map(({ text }) => text)).toEqual(['7-0', '7-1']);
});

it('answers pictures in their order, however many there are', async () => {
  const embedder = await start();
  const { dimension, data, findings } = await embedder.image([5, 3, 9].map(picture));
  expect([dimension, [...data].filter((_, i) => i % 2 === 0)]).toEqual([2, [5, 3, 9]]);
  expect(findings.map(({ words }) => words[0]?.text)).toEqual(['picture 5', 'picture 3', 'picture 9']);
});

it('lets a query wait for no more than what has started', async () => {
  const embedder = await start(40);
  const indexing = Promise.all(Array.from({ length: 12 }, (_, i) => embedder.image([picture(i)])));
  await embedder.image([picture(1)], { priority: 'query' }); // the process is warm and busy
  const [, order] = (await embedder.text(['now'])).data;
  const all = await indexing;
  // `order` counts calls in the child: only the pictures under way came before the two queries.
  expect(order).toBeLessThanOrEqual(4);
  expect(all).toHaveLength(12);
});

it('takes a picture out of the queue when its caller no longer wants it', async () => {
  const embedder = await start(30);
  const abort = new AbortController();
  const kept = Array.from({ length: 3 }, (_, i) => embedder.image([picture(i)]));
  const dropped = embedder.image([picture(50)], { signal: abort.signal });
  abort.abort();
  await expect(dropped).rejects.toSatisfy((error) => hasCode(error, 'cancelled'));
  expect(await Promise.all(kept)).toHaveLength(3);
});

it('fails the picture that ends the process twice, and no other', async () => {
  const embedder = await start();
  const numbers = [1, 2, 66, 3, 4];
  const results = await Promise.allSettled(numbers.map((number) => embedder.image([picture(number)])));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  const failed = results[2];
  expect(failed?.status === 'rejected' && failed.reason).toBeInstanceOf(AppError);
  expect(failed?.status === 'rejected' && hasCode(failed.reason, 'unreadable-file')).toBe(true);
  expect(embedder.secondsPerPicture).toBeGreaterThan(0);
});

it('shares a backlog among several processes, in order, and answers a query meanwhile', async () => {
  const embedder = await start(40, 'several');
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  const indexing = embedder.image(numbers.map(picture));
  expect((await embedder.text(['now'])).data[0]).toBe(3);
  const { data, findings } = await indexing;
  expect([...data].filter((_, i) => i % 2 === 0)).toEqual(numbers);
  expect(new Set(findings.map(({ words }) => words[1]?.text)).size).toBe(3);
  expect(embedder.rss).toBeGreaterThan(0);
});

it('fails only the picture that ends every process it meets', async () => {
  const embedder = await start(5, 'several');
  const numbers = [...Array(30).keys(), 66, ...Array(30).keys()];
  const results = await Promise.allSettled(numbers.map((number) => embedder.image([picture(number)])));
  expect(results.flatMap(({ status }, i) => (status === 'rejected' ? [numbers[i]] : []))).toEqual([66]);
});

it('asks again when the process dies under a query, and reports one that dies every time', async () => {
  const embedder = await start();
  const pid = embedder.pid ?? 0;
  process.kill(pid, 'SIGKILL');
  expect((await embedder.text(['again'])).data[0]).toBe(5);
  expect(embedder.pid).not.toBe(pid);
  await expect(embedder.text(['die'])).rejects.toSatisfy((error) => hasCode(error, 'engine-failed'));
  expect((await embedder.text(['alive'])).data[0]).toBe(5);
});

it('does not start without its files, unless it is known what it would be', async () => {
  const missing = { model: 'absent', entry, log: () => undefined };
  await expect(openEmbedderProcess(missing)).rejects.toSatisfy((error) => hasCode(error, 'model-missing'));
  const known = (await start()).description;
  const patient = await openEmbedderProcess({ ...missing, known: () => known });
  try {
    expect([patient.space, patient.trouble?.code]).toEqual([known.space, 'model-missing']);
    await expect(patient.text(['x'])).rejects.toSatisfy((error) => hasCode(error, 'model-missing'));
  } finally {
    await patient.close();
  }
});

it('passes calls straight to an engine that orders its work itself, and hears where it runs', async () => {
  const embedder = await start(0, 'orderly');
  expect([embedder.interleaves, embedder.provider]).toEqual([true, { name: 'GPU', note: '' }]);
  await embedder.warm();
  const indexed = embedder.image([picture(1)]); // ends only after a text
  await embedder.text(['now'], { priority: 'query' });
  await indexed;
  expect((await embedder.words({ dimension: 2, data: Float32Array.of(0, 0) }, 3))[0]?.map(({ text }) => text).sort()).toEqual(
    ['index', 'query', 'warm'].sort(),
  );
  await until(() => embedder.provider.name === 'CPU');
  expect(embedder.provider.note).toBe('The graphics card ran out of memory.');
});
