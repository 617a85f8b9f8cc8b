/** @file Downloads over lines that break, from servers that lie: all through `pull`, against a server on the loopback. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listInstalled, readInstalled } from '../../../models/hub/installed.ts';
import type { DownloadProgress } from '../../../models/hub/progress.ts';
import { type PullOptions, pull } from '../../../models/hub/pull.ts';
import { answering, commit, cutAfter, type Fault, type Hub, ignoringRange, serve, startHub, wrongBytes } from './hub-server.ts';

const repo = 'someone/tiny';
const source = { id: 'tiny', name: 'Tiny', repo, revision: 'main', architecture: 'llava_next', shape: { kind: 'vlm' } } as const;
const shard = 'model-00001-of-00002.safetensors';
const patience = { attempts: 3, firstDelayMs: 1, longestDelayMs: 4, silenceMs: 10_000 };

let home: string;
let hub: Hub;
let progress: DownloadProgress[];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'oneword-hub-'));
  hub = await startHub(repo);
  progress = [];
});

afterEach(async () => {
  await hub.close();
  await rm(home, { recursive: true, force: true });
});

const install = (options: Partial<PullOptions> = {}) =>
  pull(source, { home, env: { HF_ENDPOINT: hub.url }, patience, onProgress: (step) => progress.push(step), ...options });

const fail = (...faults: Fault[]) => hub.faults.set(shard, faults);
const requestsFor = (name: string) => hub.seen.filter((request) => request.path === name);
const fileOf = (name: string) => path.join(home, 'tiny/files', name);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The weights are, byte for byte, what the server has, and nothing is left over. */
async function expectWhole(): Promise<void> {
  expect(sha256(await readFile(fileOf(shard)))).toBe(sha256(hub.files.get(shard) ?? Buffer.of()));
  expect((await readdir(path.join(home, 'tiny'))).sort()).toEqual(['engine.json', 'files']);
  expect((await readdir(path.join(home, 'tiny/files'))).filter((name) => name.endsWith('.part'))).toEqual([]);
}

/** What is shown never goes back. */
function expectForward(): void {
  const shown = progress.map(({ done }) => done);
  expect(shown).toEqual(shown.toSorted((a, b) => a - b));
}

describe('a download', () => {
  it('brings what an engine needs and nothing else, and records the commit', async () => {
    const installed = await install({ settings: { precision: 'int4' } });
    await expectWhole();
    expect((await readdir(path.join(home, 'tiny/files'))).sort()).toEqual(
      [...hub.files.keys()].filter((name) => name !== 'README.md' && name !== 'pytorch_model.bin').sort(),
    );
    expect(installed).toMatchObject({
      ...{ id: 'tiny', name: 'Tiny', directory: path.join(home, 'tiny/files'), source: { repo, commit } },
      settings: { precision: 'int4', tiles: 'anyres', compat: '4.41' },
    });
    expect(await listInstalled(home)).toEqual([installed]);
    const last = progress.at(-1);
    expect(last).toMatchObject({ done: installed.bytes, total: installed.bytes, secondsLeft: 0 });
    expectForward();
  });

  it('survives more cuts than it has tries, since each brings it further', async () => {
    fail(...Array.from({ length: 5 }, () => cutAfter(90_000)));
    await install();
    await expectWhole();
    const ranges = requestsFor(shard).map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1)).toEqual([1, 2, 3, 4, 5].map(() => expect.stringMatching(/^bytes=[1-9]\d+-$/)));
    expect(progress.filter(({ note }) => note?.includes('trying again'))).toHaveLength(5);
  });

  it('gives up when nothing comes any more, keeps what came, and goes on from there', async () => {
    fail(cutAfter(100_000), ...Array.from({ length: 3 }, () => cutAfter(0)));
    await expect(install()).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('3 tries') });
    expect(await listInstalled(home)).toEqual([]);
    const kept = (await stat(`${fileOf(shard)}.part`)).size;
    expect(kept).toBeGreaterThan(0);
    await install();
    expect(requestsFor(shard).at(-1)?.range).toBe(`bytes=${kept}-`);
    await expectWhole();
  });

  it('goes on where the server knows no ranges', async () => {
    fail(cutAfter(200_000), ignoringRange(300_000), ignoringRange(400_000), ignoringRange(1e9));
    await install();
    await expectWhole();
    expect(requestsFor(shard)).toHaveLength(4);
    expect(progress.filter(({ note }) => note?.includes('wrong bytes'))).toEqual([]);
  });

  it('is not fooled by a length that is too small or too large', async () => {
    const announcing =
      (change: number): Fault =>
      (response, { content, from }) => {
        response.writeHead(from === 0 ? 200 : 206, {
          'content-length': content.length - from + change,
          'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
        });
        response.write(content.subarray(from, content.length - (change < 0 ? 50_000 : 0)), () => response.socket?.destroy());
      };
    fail(announcing(-100_000), announcing(5000), announcing(70_000));
    await install();
    await expectWhole();
  });

  it('takes no more bytes than the file has', async () => {
    fail((response, { content }) => {
      response.writeHead(200);
      response.end(Buffer.concat([content, Buffer.alloc(100_000)]));
    });
    await install();
    await expectWhole();
  });

  it('fetches wrong bytes once more, from the start', async () => {
    fail(wrongBytes);
    await install();
    await expectWhole();
    expect(requestsFor(shard).map(({ range }) => range)).toEqual([undefined, undefined]);
    expect(progress.some(({ note }) => note?.includes('wrong bytes'))).toBe(true);
    expectForward();
  });

  it('ends with a clear error when the bytes are wrong twice, and nothing counts as installed', async () => {
    fail(wrongBytes, wrongBytes);
    const error = { code: 'download-failed', message: expect.stringMatching(`${shard}.*wrong bytes twice`) };
    await expect(install()).rejects.toMatchObject(error);
    expect(await listInstalled(home)).toEqual([]);
    expect(await readdir(path.join(home, 'tiny/files'))).not.toContain(shard);
  });

  it('checks small files as well', async () => {
    hub.faults.set('config.json', [wrongBytes, wrongBytes]);
    await expect(install()).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('config.json') });
  });

  it('does not trust what an earlier run left', async () => {
    await mkdir(path.join(home, 'tiny/files'), { recursive: true });
    await writeFile(fileOf('config.json'), Buffer.alloc(hub.files.get('config.json')?.length ?? 0));
    await writeFile(`${fileOf(shard)}.part`, Buffer.alloc(300_000));
    await writeFile(`${fileOf('tokenizer.json')}.part`, Buffer.alloc(1e6));
    await writeFile(fileOf('model-of-another-commit.safetensors'), 'x');
    await install();
    await expectWhole();
    expect(await readdir(path.join(home, 'tiny/files'))).not.toContain('model-of-another-commit.safetensors');
  });

  it('waits as long as the server asks, and goes on', async () => {
    fail(answering(503, { 'retry-after': '2' }), answering(429, { 'retry-after': new Date(Date.now() - 5000).toUTCString() }));
    await install();
    await expectWhole();
    expect(progress.map(({ note }) => note)).toContainEqual(expect.stringMatching(/503.*in 2 s$/));
  });

  it('does not wait for an hour', async () => {
    fail(answering(503, { 'retry-after': '3600' }));
    await expect(install()).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('60 minutes') });
  });

  it('has patience with a slow line, and cuts a silent one', async () => {
    const slow: Fault = (response, { content }) => {
      response.writeHead(200, { 'content-length': content.length });
      const step = Math.ceil(content.length / 8);
      const send = (from: number): void => {
        response.write(content.subarray(from, from + step));
        if (from + step < content.length) setTimeout(send, 200, from + step);
        else response.end();
      };
      send(0);
    };
    const silent: Fault = (response, { content, from }) => {
      response.writeHead(206, { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` });
      response.write(content.subarray(from, from + 1000));
    };
    hub.faults.set('model-00002-of-00002.safetensors', [slow]);
    fail(cutAfter(1000), silent);
    await install({ patience: { ...patience, silenceMs: 1000 } });
    await expectWhole();
    expect(requestsFor('model-00002-of-00002.safetensors')).toHaveLength(1);
    expect(requestsFor(shard)).toHaveLength(3);
  });

  it('stops when it is told to, keeps the parts, and goes on', async () => {
    const controller = new AbortController();
    fail((response, { content }) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 250_000));
    });
    const stopped = expect(install({ signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    const arrived = () =>
      stat(`${fileOf(shard)}.part`).then(
        ({ size }) => size,
        () => 0,
      );
    await expect.poll(arrived, { timeout: 9000 }).toBe(250_000);
    controller.abort();
    await stopped;
    expect(await arrived()).toBe(250_000);
    expect(await readdir(path.join(home, 'tiny'))).toEqual(['files']);
    await install();
    expect(requestsFor(shard).at(-1)?.range).toBe('bytes=250000-');
    await expectWhole();
  });

  it('follows a redirect to another host, keeps the token from it, and asks anew where its address has expired', async () => {
    const elsewhere: (string | undefined)[] = [];
    const storage = createServer((request, response) => {
      elsewhere.push(request.headers.authorization);
      const content = hub.files.get(shard) ?? Buffer.of();
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const fault = [cutAfter(1000), answering(403)][elsewhere.length - 1] ?? serve;
      fault(response, { content, from, request });
    });
    await new Promise<void>((resolve) => storage.listen(0, '127.0.0.1', resolve));
    const location = `http://127.0.0.1:${(storage.address() as AddressInfo).port}/signed?file=1`;
    const redirect: Fault = (response) => response.writeHead(302, { location }).end();
    fail(redirect, redirect, redirect);
    await install({ env: { HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_secret' } });
    storage.closeAllConnections();
    storage.close();
    await expectWhole();
    expect(requestsFor(shard).map(({ authorization }) => authorization)).toEqual([
      'Bearer hf_secret',
      'Bearer hf_secret',
      'Bearer hf_secret',
    ]);
    expect(elsewhere).toEqual([undefined, undefined, undefined]);
  });

  it('does not follow a redirect in a circle', async () => {
    fail(
      ...Array.from(
        { length: 20 },
        (): Fault =>
          (response, { request }) =>
            response.writeHead(307, { location: request.url ?? '' }).end(),
      ),
    );
    await expect(install()).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('redirects') });
  });
});

describe('a repository', () => {
  it('that is gated says where to accept its licence, and that a token is needed', async () => {
    hub.listing.instead = (response, { headers }) => {
      response.writeHead(headers.authorization ? 403 : 401, { 'x-error-code': 'GatedRepo' }).end();
      return true;
    };
    const message = expect.stringMatching(`${hub.url}/${repo}.*HF_TOKEN`);
    await expect(install()).rejects.toMatchObject({ code: 'download-failed', message });
    const refused = expect.stringMatching(/accept.*The token in HF_TOKEN gives no access/);
    await expect(install({ env: { HF_ENDPOINT: hub.url, HF_TOKEN: 'hf_x' } })).rejects.toMatchObject({ message: refused });
  });

  it('that does not exist is named', async () => {
    const missing = pull({ ...source, repo: 'no/such' }, { home, env: { HF_ENDPOINT: hub.url }, patience });
    await expect(missing).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('no/such') });
  });

  it.each(['../escape.safetensors', '/etc/passwd', 'a/../../b.json', 'c:\\windows.json', 'a//b.json', 'a\\b.json'])(
    'that names a file outside its folder (%s) is refused',
    async (rfilename) => {
      hub.listing.change = (answer) => ({ ...answer, siblings: [...answer.siblings, { ...answer.siblings[0], rfilename }] });
      await expect(install()).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('outside') });
      expect(hub.seen).toEqual([]);
    },
  );

  it('that gives no checksum is refused', async () => {
    hub.listing.change = ({ sha, siblings }) => ({ sha, siblings: siblings.map(({ rfilename, size }) => ({ rfilename, size })) });
    await expect(install()).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('no checksum') });
  });

  it('that has no safetensors is refused', async () => {
    hub.listing.change = ({ sha, siblings }) => ({ sha, siblings: siblings.filter(({ rfilename }) => rfilename.endsWith('.bin')) });
    await expect(install()).rejects.toMatchObject({ code: 'model-invalid' });
  });

  it('whose answer is no listing is refused', async () => {
    hub.listing.change = () => ({ error: 'maintenance' });
    await expect(install()).rejects.toMatchObject({ code: 'download-failed', message: expect.stringContaining('HF_ENDPOINT') });
  });

  it('that is unknown to the runtime is not installed, though every byte of it arrived', async () => {
    hub.files.set('config.json', Buffer.from(JSON.stringify({ model_type: 'blip_9' })));
    await expect(install()).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringMatching(/blip_9.*llava_next/) });
    expect(await listInstalled(home)).toEqual([]);
  });
});

describe('an installed engine', () => {
  it('is not downloaded again, only set anew', async () => {
    await install();
    const before = hub.seen.length;
    expect((await install({ settings: { precision: 'int8' } })).settings).toEqual({ precision: 'int8', tiles: 'anyres', compat: '4.41' });
    expect(hub.seen).toHaveLength(before);
  });

  it('whose file vanished says so, and is repaired by the same command', async () => {
    await install({ settings: { tiles: 'base' } });
    await rm(fileOf(shard));
    expect((await readInstalled(home, 'tiny')).problem).toContain(shard);
    const before = hub.seen.length;
    const repaired = await install();
    expect([repaired.problem, repaired.settings.tiles]).toEqual([undefined, 'base']);
    expect(hub.seen.slice(before).map((request) => request.path)).toEqual([shard]);
  });
});

it('does not begin what does not fit on the disk', async () => {
  await expect(install({ freeBytes: async () => 269e6 })).rejects.toMatchObject({
    code: 'disk-full',
    message: expect.stringContaining('ONEWORD_MODELS'),
  });
  expect(hub.seen).toEqual([]);
  await install({ freeBytes: async () => 300e6 });
});

it('works on an engine in one process at a time', async () => {
  fail((response, { content }) => {
    response.writeHead(200, { 'content-length': content.length });
    setTimeout(() => response.end(content), 200);
  });
  const first = install();
  await expect.poll(() => requestsFor(shard).length, { timeout: 9000 }).toBe(1);
  await expect(install()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining(String(process.pid)) });
  await first;
  await expectWhole();
});
