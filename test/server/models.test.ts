/** @file `oneword models`: list, pull, import and remove as scripts and people call them, killed and started again. */
import { cp, mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkpoint, type Hub, startHub } from '../models/hub/hub-server.ts';
import { type Ran, runCli, startCli } from './run-cli.ts';

const shard = 'model-00001-of-00002.safetensors';

let root: string;
let home: string;
let hub: Hub;

beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'oneword-models-')));
  home = path.join(root, 'models');
  hub = await startHub('royokong/e5-v');
});

afterEach(async () => {
  await hub.close();
  await rm(root, { recursive: true, force: true });
});

const environment = () => ['env', '-u', 'HTTP_PROXY', '-u', 'http_proxy', `ONEWORD_MODELS=${home}`, `HF_ENDPOINT=${hub.url}`];
const models = (...args: string[]): Promise<Ran> => runCli(['models', ...args], { prefix: environment() });
type Listed = { id: string; installed: boolean; downloaded?: number; problem?: string; settings?: object; directory?: string };
const listed = async (): Promise<Listed[]> => ((await models('list', '--json')).json as { models: Listed[] }).models;

it('lists the built-in engine, what can be downloaded, and what each costs', async () => {
  expect((await listed()).slice(0, 3)).toMatchObject([
    { id: 'lite', installed: true },
    {
      id: 'e5v',
      installed: false,
      dimension: 4096,
      memory: { exact: 1.5e9, int8: 10.5e9, int4: 8e9 },
      consent: expect.stringMatching(/no licence/),
    },
    { id: 'llava-1.6-mistral', installed: false, licence: 'Apache-2.0', consent: null },
  ]);
  const { out } = await models('list');
  expect(out).toMatch(/e5v {2}E5-V, a language model that reads pictures, 4096 dimensions, 16\.7 GB/);
  expect(out).toMatch(/clip-b32 {2}CLIP B\/32 \(LAION\), an encoder for pictures and one for words, 512 dimensions/);
  expect(out).toContain('Install it with: oneword models pull e5v');
});

it('pulls with consent, lists and removes', async () => {
  const asked = await models('pull', 'e5v', '--json');
  expect([asked.status, asked.err]).toEqual([2, expect.stringMatching(/state no licence[\s\S]*--accept-licence/)]);
  expect(await readdir(root)).toEqual([]);

  const { status, json, err } = await models('pull', 'e5v', '--accept-licence', '--precision', 'int8', '--json');
  expect([status, json]).toMatchObject([
    0,
    { installed: { id: 'e5v', source: { repo: 'royokong/e5-v' }, settings: { precision: 'int8' } } },
  ]);
  expect(err).toContain(shard);
  expect((await listed())[1]).toMatchObject({ id: 'e5v', installed: true, directory: path.join(home, 'e5v/files') });

  const refused = await models('remove', 'e5v');
  expect([refused.status, refused.err]).toEqual([2, expect.stringContaining('--yes')]);
  expect(await models('remove', 'e5v', '--yes', '--json')).toMatchObject({ status: 0, json: { removed: 'e5v' } });
  expect(await readdir(home)).toEqual([]);
  expect((await models('remove', 'e5v', '--yes', '--json')).json).toMatchObject({ error: { code: 'not-found' } });
});

it('goes on after kill -9 in the middle of a file', async () => {
  const content = hub.files.get(shard) ?? Buffer.of();
  hub.faults.set(shard, [
    (response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 300_000));
    },
  ]);
  const killed = startCli(['models', 'pull', 'e5v', '--accept-licence'], { prefix: environment() });
  const part = path.join(home, 'e5v/files', `${shard}.part`);
  const arrived = () =>
    stat(part).then(
      ({ size }) => size,
      () => 0,
    );
  await expect.poll(arrived, { timeout: 20_000 }).toBe(300_000);
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect((await listed())[1]).toMatchObject({ id: 'e5v', installed: false, downloaded: expect.any(Number) });
  expect((await models('list')).out).toContain('go on with: oneword models pull e5v');

  expect(await models('pull', 'e5v', '--accept-licence')).toMatchObject({ status: 0 });
  expect(hub.seen.filter((request) => request.path === shard).map(({ range }) => range)).toEqual([undefined, 'bytes=300000-']);
  expect((await readFile(path.join(home, 'e5v/files', shard))).equals(content)).toBe(true);
});

it('stops at SIGINT with exit status 1 and says that what came is kept', async () => {
  hub.faults.set(shard, [(response) => response.writeHead(200, { 'content-length': 546_096 }).flushHeaders()]);
  const { child, ended } = startCli(['models', 'pull', 'e5v', '--accept-licence', '--json'], { prefix: environment() });
  await expect.poll(() => hub.seen.some((request) => request.path === shard), { timeout: 20_000 }).toBe(true);
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ status: 1, json: { error: { code: 'cancelled', message: expect.stringContaining('is kept') } } });
});

it('imports a folder and leaves it alone', async () => {
  const folder = path.join(root, 'mine');
  await cp(checkpoint, folder, { recursive: true });
  const { status, json } = await models('import', folder, '--compat', '5', '--json');
  expect([status, json]).toMatchObject([0, { installed: { id: 'mine', directory: folder, settings: { compat: '5' } } }]);
  expect((await listed()).at(-1)).toMatchObject({ id: 'mine', installed: true, from: { folder } });
  expect((await models('remove', 'mine', '--yes')).status).toBe(0);
  expect(await readdir(folder)).toEqual(await readdir(checkpoint));
});

it('says what it found in a folder, and refuses settings that make no sense for it', async () => {
  const fixture = (name: string) => path.join(checkpoint, '../..', name, 'checkpoint');
  const { json } = await models('import', fixture('siglip'), '--id', 'two', '--json');
  expect(json).toMatchObject({
    installed: { id: 'two', architecture: 'siglip' },
    found: { kind: 'dual', architecture: 'siglip', dimension: 48, precision: 'exact', composition: 'arithmetic' },
  });
  expect((json as { found: object }).found).not.toHaveProperty('tiles');
  const { out } = await models('import', fixture('smolvlm'), '--id', 'reader');
  expect(out).toMatch(/Found idefics3: a language model that reads pictures.*\n.*one tile\.\n.*read together by the model/);
  expect((await models('import', fixture('clip'), '--id', 'three')).out).toContain('vector arithmetic: picture and words added up');
  const refused = await models('import', fixture('clip'), '--id', 'four', '--tiles', 'base');
  expect([refused.status, refused.err]).toEqual([2, expect.stringContaining('--tiles base makes no sense for clip')]);
  expect(await readdir(home)).not.toContain('four');
});

it('says what is wrong, with the right exit status', async () => {
  const cases: [string[], number, RegExp][] = [
    [['pull'], 2, /missing required argument/],
    [['pull', 'e5'], 2, /no engine "e5".*e5v, llava-1\.6-mistral/],
    [['pull', 'e5v', '--precision', 'int2'], 2, /Allowed choices are/],
    [['import', path.join(root, 'nowhere')], 1, /There is no folder .*nowhere/],
    [['import', checkpoint, '--id', 'Not OK'], 2, /cannot be an engine's id/],
    [['remove', '..', '--yes'], 2, /cannot be an engine's id/],
  ];
  for (const [args, expected, message] of cases) {
    const { status, err } = await models(...args);
    expect([args, status, err]).toEqual([args, expected, expect.stringMatching(message)]);
  }
});

it('has help with examples for each of its commands', async () => {
  for (const command of ['list', 'pull', 'import', 'remove']) {
    expect(await models(command, '--help')).toMatchObject({ status: 0, out: expect.stringContaining('Example') });
  }
});
