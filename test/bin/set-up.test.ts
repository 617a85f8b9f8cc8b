/** @file The set-up before anything is installed, run as the launcher runs it, in a copy of its own. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
let place: string;

beforeEach(async () => {
  place = await mkdtemp(path.join(tmpdir(), 'oneword-set-up-'));
  await mkdir(path.join(place, 'app'));
  await cp(path.join(root, 'bin'), path.join(place, 'app/bin'), { recursive: true });
  await cp(path.join(root, 'package-lock.json'), path.join(place, 'app/package-lock.json'));
});

afterEach(() => rm(place, { recursive: true, force: true }));

// No npm can be found: should the guard be missing, nothing is downloaded and the message is another.
const launch = () =>
  spawnSync(process.execPath, [path.join(place, 'app/bin/oneword.mjs'), '--help'], { encoding: 'utf8', env: { PATH: place } });

it('does not install through a link, which would empty the folder behind it', async () => {
  const shared = path.join(place, 'shared');
  await mkdir(shared);
  await writeFile(path.join(shared, 'kept'), '');
  await symlink(shared, path.join(place, 'app/node_modules'));

  const { status, stderr } = launch();

  expect(status).toBe(1);
  expect(stderr).toContain(`node_modules is a link to ${shared}`);
  expect(stderr).toContain('Remove the link');
  expect(stderr).not.toContain('installing packages');
  expect(await readdir(shared)).toEqual(['kept']);
});

it('says so when the link leads nowhere', async () => {
  await symlink(path.join(place, 'nowhere'), path.join(place, 'app/node_modules'));
  const { status, stderr } = launch();
  expect(status).toBe(1);
  expect(stderr).toContain('a folder that is not there');
});
