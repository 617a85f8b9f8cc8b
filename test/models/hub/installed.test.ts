/** @file Imported folders, what is listed of them, and what removing takes away. */
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importFolder } from '../../../models/hub/import-folder.ts';
import { changeSettings, listInstalled, lockEngine, readInstalled, removeInstalled } from '../../../models/hub/installed.ts';
import { listHubEngines } from '../../../models/hub/overview.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures');

let root: string;
let home: string;
let folder: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'oneword-installed-')));
  home = path.join(root, 'models');
  folder = path.join(root, 'My Own LLaVA');
  await cp(path.join(fixtures, 'llava-next-llama3/checkpoint'), folder, { recursive: true });
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('an imported folder', () => {
  it('stays where it is and is known by its name', async () => {
    const engine = await importFolder(home, folder, { settings: { precision: 'exact', compat: '5' } });
    expect(engine).toMatchObject({
      ...{ id: 'my-own-llava', name: 'My Own LLaVA', directory: folder, source: { folder } },
      settings: { precision: 'exact', tiles: 'anyres', compat: '5' },
      shape: { layers: 3 },
    });
    expect(engine.bytes).toBe(546_096 + 540_536);
    expect(await readdir(path.join(home, engine.id))).toEqual(['engine.json']);
    expect(await readInstalled(home, engine.id)).toEqual(engine);
  });

  it('gets an id that is free, or the one that is asked for', async () => {
    const elsewhere = path.join(root, 'other', 'my own llava');
    await cp(folder, elsewhere, { recursive: true });
    const e5v = path.join(root, 'e5v');
    await symlink(folder, e5v);
    expect((await importFolder(home, folder)).id).toBe('my-own-llava');
    expect((await importFolder(home, elsewhere)).id).toBe('my-own-llava-2');
    expect((await importFolder(home, folder, { id: 'mine' })).id).toBe('mine');
    await expect(importFolder(home, folder, { id: 'mine' })).rejects.toMatchObject({ code: 'bad-request' });
    for (const id of ['e5v', 'lite', '../up', 'A', '']) {
      await expect(importFolder(home, folder, { id }), id).rejects.toMatchObject({ code: 'bad-request' });
    }
    expect(await readdir(home)).toEqual(['mine', 'my-own-llava', 'my-own-llava-2']);
  });

  it('is recorded by its real path', async () => {
    const link = path.join(root, 'link');
    await symlink(folder, link);
    expect((await importFolder(home, link)).directory).toBe(folder);
  });

  it('is called after its repository where it lies in a cache of Hugging Face', async () => {
    const snapshot = path.join(root, 'hub/models--someone--Tiny-VLM/snapshots/0123abcd');
    await mkdir(path.dirname(snapshot), { recursive: true });
    await rename(folder, snapshot);
    expect(await importFolder(home, snapshot)).toMatchObject({ id: 'tiny-vlm', name: 'Tiny-VLM' });
  });

  it('may have an adapter', async () => {
    const adapter = path.join(fixtures, 'llava-next-llama3-lora/adapter');
    expect((await importFolder(home, folder, { adapter })).adapter).toBe(adapter);
    await expect(importFolder(home, folder, { adapter: folder })).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('is refused where it is no checkpoint, and leaves nothing behind', async () => {
    await expect(importFolder(home, path.join(root, 'nowhere'))).rejects.toMatchObject({ code: 'model-missing' });
    await expect(importFolder(home, root)).rejects.toMatchObject({ code: 'model-missing' });
    const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')) as object;
    await rm(path.join(folder, 'config.json'));
    await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...config, model_type: 'fuyu' }));
    await expect(importFolder(home, folder)).rejects.toMatchObject({
      code: 'model-invalid',
      message: expect.stringMatching(/fuyu.*llava_next/),
    });
    expect(await listInstalled(home)).toEqual([]);
  });

  it('is listed with its problem while its drive is away', async () => {
    const engine = await importFolder(home, folder);
    await rename(folder, `${folder} (away)`);
    expect(await listInstalled(home)).toEqual([{ ...engine, problem: expect.stringContaining(folder) }]);
    await rename(`${folder} (away)`, folder);
    expect(await listInstalled(home)).toEqual([engine]);
  });

  it('is never touched by removing its engine', async () => {
    const { id } = await importFolder(home, folder);
    await mkdir(path.join(home, id, 'compiled'));
    await writeFile(path.join(home, id, 'compiled/weights.bin'), 'made of it');
    await writeFile(path.join(home, id, 'engine.json.123.part'), 'left by a kill');
    const before = await readdir(folder);
    await removeInstalled(home, id);
    expect(await readdir(folder)).toEqual(before);
    expect(await readdir(home)).toEqual([]);
    await expect(readInstalled(home, id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(removeInstalled(home, id)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a folder of another architecture', () => {
  const taken = (name: string) => cp(path.join(fixtures, name, 'checkpoint'), path.join(root, name), { recursive: true });

  it('is recognised by its config.json', async () => {
    for (const name of ['clip', 'siglip']) {
      await taken(name);
      const engine = await importFolder(home, path.join(root, name));
      expect(engine).toMatchObject({ id: name, architecture: name, shape: { kind: 'dual' } });
      expect(await readInstalled(home, name)).toEqual(engine);
    }
    expect(await listHubEngines(home)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: 'clip', kind: 'dual', dimension: 40 }),
        expect.objectContaining({ id: 'siglip', dimension: 48 }),
      ]),
    );
  });

  it('gets the settings that suit it, unless others are asked for', async () => {
    await taken('smolvlm');
    expect((await importFolder(home, path.join(root, 'smolvlm'))).settings.tiles).toBe('base');
    expect((await importFolder(home, path.join(root, 'smolvlm'), { id: 'all', settings: { tiles: 'anyres' } })).settings.tiles).toBe(
      'anyres',
    );
  });

  it('refuses settings that make no sense for it by their name', async () => {
    await taken('clip');
    const clip = path.join(root, 'clip');
    for (const settings of [{ tiles: 'base' }, { tiles: 'anyres' }, { precision: 'int8' }, { compat: 'padded' }] as const) {
      const [[name, value] = []] = Object.entries(settings);
      await expect(importFolder(home, clip, { settings })).rejects.toMatchObject({
        code: 'bad-request',
        message: expect.stringContaining(`--${name} ${value} makes no sense for clip`),
      });
    }
    await expect(importFolder(home, clip, { adapter: path.join(fixtures, 'llava-next-llama3-lora/adapter') })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('--adapter makes no sense for clip'),
    });
    await expect(importFolder(home, folder, { settings: { compat: 'padded' } })).rejects.toMatchObject({ code: 'bad-request' });
    expect((await importFolder(home, clip, { settings: { precision: 'fp16', compat: '5' } })).settings).toMatchObject({
      precision: 'fp16',
    });
  });

  it('is refused without its tokenizer', async () => {
    await rm(path.join(folder, 'tokenizer.json'));
    await expect(importFolder(home, folder)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('tokenizer.json'),
    });
  });
});

it('reads a record of the first version, when all engines were of one architecture', async () => {
  const engine = await importFolder(home, folder);
  const file = path.join(home, engine.id, 'engine.json');
  const { architecture: _, ...record } = JSON.parse(await readFile(file, 'utf8'));
  const { layers, hidden, mlp, kvHeads, headDim, vision } = record.shape;
  const tower = { layers: vision.layers, hidden: vision.hidden, mlp: vision.mlp };
  await writeFile(file, JSON.stringify({ ...record, version: 1, shape: { layers, hidden, mlp, kvHeads, headDim, vision: tower } }));
  const read = await readInstalled(home, engine.id);
  expect(read).toMatchObject({ id: engine.id, architecture: 'llava_next', shape: { kind: 'vlm', layers, vision: tower, tiles: 5 } });
  await changeSettings(home, engine.id, { precision: 'int8' });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    version: 2,
    architecture: 'llava_next',
    settings: { precision: 'int8' },
  });
});

it("keeps other people's files when an engine is removed", async () => {
  const { id } = await importFolder(home, folder);
  await writeFile(path.join(home, id, 'notes.txt'), 'mine');
  await removeInstalled(home, id);
  expect(await readdir(path.join(home, id))).toEqual(['notes.txt']);
  expect(await listInstalled(home)).toEqual([]);
});

it('lists a damaged record as such, and it can be removed', async () => {
  const { id } = await importFolder(home, folder);
  await writeFile(path.join(home, id, 'engine.json'), '{"version":1,"id":');
  expect(await listInstalled(home)).toMatchObject([{ id, problem: expect.stringContaining('damaged') }]);
  await expect(readInstalled(home, id)).rejects.toMatchObject({ code: 'model-invalid' });
  expect((await listHubEngines(home)).at(-1)).toMatchObject({ id });
  await removeInstalled(home, id);
  expect(await listInstalled(home)).toEqual([]);
});

it('changes what is named of the settings and nothing else', async () => {
  const { id } = await importFolder(home, folder, { settings: { tiles: 'base' } });
  await changeSettings(home, id, { precision: 'int8' });
  expect((await readInstalled(home, id)).settings).toEqual({ precision: 'int8', tiles: 'base', compat: '4.41' });
});

describe('the lock of an engine', () => {
  const file = () => path.join(home, 'tiny/lock');

  it('is held by one at a time', async () => {
    const lock = await lockEngine(home, 'tiny');
    await expect(lockEngine(home, 'tiny')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(removeInstalled(home, 'tiny')).rejects.toMatchObject({ code: 'unavailable' });
    await lock.release();
    await (await lockEngine(home, 'tiny')).release();
  });

  it('is taken over from a process that is gone, and from one of before the last start of the machine', async () => {
    await mkdir(path.join(home, 'tiny'), { recursive: true });
    for (const [content, time] of [
      ['999999999', Date.now()],
      [String(process.pid), 0],
      ['', 0],
    ] as const) {
      await writeFile(file(), content);
      await utimes(file(), time / 1000, time / 1000);
      await (await lockEngine(home, 'tiny')).release();
    }
    expect(await readdir(path.join(home, 'tiny'))).toEqual([]);
  });
});
