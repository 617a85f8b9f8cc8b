/** @file Show in folder: which program is asked with which path, and what is refused. */
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LibraryService, openService } from '../../engine/library-service.ts';
import { commandFor, hasDesktop } from '../../engine/reveal.ts';
import { samples } from '../contract/suite.ts';

it('asks the file manager of each system, never a shell', () => {
  expect(commandFor('darwin', '/Users/ana/a b.jpg')).toEqual({ file: 'open', args: ['-R', '/Users/ana/a b.jpg'] });
  expect(commandFor('linux', '/home/ana/$(x)/a b.jpg')).toEqual({ file: 'xdg-open', args: ['/home/ana/$(x)'] });
  expect(commandFor('win32', 'C:\\a, b\\c.jpg')).toEqual({ file: 'explorer.exe', args: ['/select,"C:\\a, b\\c.jpg"'], isVerbatim: true });
});

it('knows a machine without a desktop', () => {
  expect(hasDesktop('linux', {})).toBe(false);
  expect(hasDesktop('linux', { DISPLAY: '', WAYLAND_DISPLAY: '' })).toBe(false);
  expect(hasDesktop('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
  expect(hasDesktop('win32', {})).toBe(true);
});

describe.skipIf(process.platform !== 'linux')('on this machine', () => {
  let root: string;
  let pictures: string;
  let service: LibraryService;
  let id: string;
  const client = () => createRouterClient(service.router);

  beforeAll(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'oneword-reveal-'));
    pictures = path.join(root, 'a "b" $c');
    await mkdir(pictures);
    await copyFile(path.join(samples, 'coffee.jpg'), path.join(pictures, 'coffee.jpg'));
    await mkdir(path.join(pictures, 'inner'));
    await writeFile(path.join(pictures, 'inner', 'broken.jpg'), 'no picture');
    service = await openService({ directory: path.join(root, 'library'), activity: 'index' });
    await client().addFolder({ path: pictures });
    await client().settled();
    id = (await client().search({ query: {} })).hits[0]?.id ?? 'missing';
  });

  afterEach(() => vi.unstubAllEnvs());

  afterAll(async () => {
    await service?.close();
    await rm(root, { recursive: true, force: true });
  });

  /** A program of that name which writes down what it was given, and ends with a code. */
  async function opener(code: number): Promise<string> {
    const written = path.join(root, `given-${code}`);
    const bin = path.join(root, `bin-${code}`);
    await mkdir(bin, { recursive: true });
    await writeFile(path.join(bin, 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$@" > '${written}'\nexit ${code}\n`);
    await chmod(path.join(bin, 'xdg-open'), 0o755);
    vi.stubEnv('DISPLAY', ':0');
    vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
    return written;
  }

  it('opens the folder of a picture', async () => {
    const written = await opener(0);
    await client().reveal({ id });
    expect(await readFile(written, 'utf8')).toBe(`${pictures}\n`);
  });

  it('opens the folder of a file that could not be read', async () => {
    const written = await opener(0);
    const [failure] = (await client().failures({})).failures;
    await client().reveal({ id: String(failure?.fileId) });
    expect(await readFile(written, 'utf8')).toBe(`${path.join(pictures, 'inner')}\n`);
  });

  it('says so where the folder could not be opened, where nothing opens folders, and where there is no desktop', async () => {
    await opener(3);
    await expect(client().reveal({ id })).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('ended with 3') });
    vi.stubEnv('PATH', path.join(root, 'nothing'));
    await expect(client().reveal({ id })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('cannot be started'),
    });
    vi.stubEnv('DISPLAY', '');
    vi.stubEnv('WAYLAND_DISPLAY', '');
    await expect(client().reveal({ id })).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('no desktop') });
  });

  it('opens nothing for a picture that is not there', async () => {
    const written = await opener(0);
    await rm(written, { force: true });
    await expect(client().reveal({ id: '999999' })).rejects.toMatchObject({ code: 'not-found' });
    await rm(path.join(pictures, 'coffee.jpg'));
    await expect(client().reveal({ id })).rejects.toMatchObject({ code: 'not-found' });
    await expect(readFile(written)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
