/** @file Nothing needs or tries the network: index, search and serve in a network namespace that has only the loopback. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { samples } from '../contract/suite.ts';
import { runCli, startCli } from './run-cli.ts';

/** How to get a namespace here: as a user with user namespaces, as root without; undefined where neither works. */
function isolation(): string[] | undefined {
  const inside = ['sh', '-c', 'ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null; exec "$0" "$@"'];
  const ways = [
    ['unshare', '-rn'],
    ['unshare', '-n'],
  ];
  const unshare = ways.find(([command = '', ...flags]) => canRun(command, ...flags, 'true'));
  return unshare && [...unshare, ...inside];
}

function canRun(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

const prefix = isolation();
if (!prefix) console.warn('skipped: no network namespaces on this machine (unshare is not allowed)');

let root: string;
let library: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'oneword-silence-'));
  library = path.join(root, 'library');
});

afterEach(() => rm(root, { recursive: true, force: true }));

it.skipIf(!prefix)('indexes, searches and serves without a network', async () => {
  const options = { prefix: prefix ?? [] };
  const run = (...args: string[]) => runCli([...args, '--library', library, '--json'], options);
  expect(await run('index', samples)).toMatchObject({ status: 0, json: { items: 15, failed: 0 } });
  const found = (await run('search', 'a cat')).json as { results: { path: string }[] };
  expect(found.results[0]?.path).toBe(path.join(samples, 'chelsea.jpg'));
  const serving = startCli(['serve', '--library', library, '--port', '0', '--json'], options);
  expect(JSON.parse(await serving.line())).toMatchObject({ url: expect.stringContaining('http://127.0.0.1:') });
  serving.child.kill('SIGTERM');
  expect((await serving.ended).status).toBe(0);
});

const strace = canRun('strace', '-V');
if (!strace) console.warn('skipped: without strace nobody sees whether something tries to connect');

it.skipIf(!strace)('does not try to reach anything but this machine', async () => {
  const trace = path.join(root, 'trace');
  const traced = ['strace', '-f', '-qq', '-e', 'trace=connect,sendto,sendmsg', '-o', trace];
  const { status } = await runCli(['index', samples, '--library', library, '--json'], { prefix: traced });
  expect(status).toBe(0);
  const calls = (await readFile(trace, 'utf8')).split('\n').filter((line) => /AF_INET/.test(line));
  expect(calls.filter((line) => !/"(127\.|::1)/.test(line))).toEqual([]);
});

it('lets no part of it prepare a report about its use', async () => {
  const [cache, temporary] = [path.join(root, 'cache'), path.join(root, 'tmp')];
  for (const folder of [cache, temporary]) await mkdir(folder);
  const { XDG_CACHE_HOME, HOME, TMPDIR } = process.env;
  Object.assign(process.env, { XDG_CACHE_HOME: cache, HOME: root, TMPDIR: temporary });
  try {
    expect((await runCli(['embed', '--text', 'a dog', '--json'])).status).toBe(0);
  } finally {
    for (const [name, value] of Object.entries({ XDG_CACHE_HOME, HOME, TMPDIR })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  // Of Microsoft's client in onnxruntime: an identity of the machine, and the log of what waits to be sent.
  const left = [...(await readdir(cache, { recursive: true })), ...(await readdir(temporary, { recursive: true }))];
  expect(left.filter((name) => /microsoft|mat-debug|\.ses$/i.test(name))).toEqual([]);
});
