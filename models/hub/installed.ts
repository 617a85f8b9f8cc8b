/** @file The engines that are installed: a record in each one's folder says what it is, and nothing counts as installed without one. */
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../core/api/errors.ts';
import { sizeOf, undefinedWhereAbsent } from './absent.ts';
import { takeLock } from './lock.ts';
import type { Shape } from './memory.ts';
import { enginePlaces, isEngineId } from './models-home.ts';
import { compats, defaultSettings, type EngineSettings, precisions, tileBudgets } from './settings.ts';

const repoSource = z.object({ repo: z.string().min(1), commit: z.string().min(1) });
const folderSource = z.object({ folder: z.string().min(1) });
const installedFile = z.object({ name: z.string().min(1), bytes: z.int(), checksum: z.object({ kind: z.string(), hex: z.string() }) });

const size = z.int().positive();
const decoder = { layers: size, hidden: size, mlp: size, kvHeads: size, headDim: size };
const encoder = { layers: size, hidden: size, mlp: size };
const vision = z.object({ ...encoder, tokens: size, ends: size });
const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('vlm'), ...decoder, vision, tiles: size, tileRows: size }),
  z.object({ kind: z.literal('dual'), dimension: size, vision, text: z.object({ ...encoder, vocabulary: size, tokens: size }) }),
]) satisfies z.ZodType<Shape>;

const record = z.object({
  version: z.literal(2),
  id: z.string().min(1),
  name: z.string().min(1),
  source: z.union([repoSource, folderSource]),
  /** Absolute, or relative to the engine's folder: a home that is moved keeps its downloads. */
  directory: z.string().min(1),
  adapter: z.string().min(1).optional(),
  settings: z.object({ precision: z.enum(precisions), tiles: z.enum(tileBudgets), compat: z.enum(compats) }),
  bytes: z.int(),
  /** Of the checkpoint's content. */
  revision: z.string(),
  /** The checkpoint's model_type. */
  architecture: z.string().min(1),
  shape,
  /** What was downloaded; absent where a folder was imported. */
  files: z.array(installedFile).optional(),
});

export type EngineRecord = z.infer<typeof record>;

/** Of when all were LLaVA-NeXT, whose tower cuts tiles of 336 pixels into 24 x 24 patches. */
const firstShape = z.object({ ...decoder, vision: z.object(encoder) });
const firstRecord = z
  .object({ ...record.shape, version: z.literal(1), shape: firstShape })
  .omit({ architecture: true })
  .transform(({ shape: { vision: tower, ...text }, ...rest }): EngineRecord => {
    const patches = 24 * 24;
    const ends = patches * (3 * 14 * 14 * tower.hidden + tower.hidden * text.hidden + text.hidden ** 2);
    const vision = { ...tower, tokens: patches + 1, ends };
    const shape = { kind: 'vlm' as const, ...text, vision, tiles: 5, tileRows: patches + 1 };
    return { ...rest, version: 2, architecture: 'llava_next', shape };
  });
const anyRecord = z.union([record, firstRecord]);

export type Installed = {
  readonly id: string;
  readonly name: string;
  /** The checkpoint, absolute. */
  readonly directory: string;
  readonly adapter?: string;
  readonly settings: EngineSettings;
  readonly source: { readonly repo: string; readonly commit: string } | { readonly folder: string };
  /** Of the checkpoint. */
  readonly bytes: number;
  /** model_type of its config.json. */
  readonly architecture: string;
  readonly shape: Shape;
  /** Where its side files go: quantised weights. */
  readonly compiled: string;
  /** Why it cannot be used now: a folder that is not there, a file that is missing. */
  readonly problem?: string;
};

/** All that are installed, by id; the ones that cannot be used now have a `problem`. */
export async function listInstalled(home: string): Promise<Installed[]> {
  const names = (await readdir(home).catch(undefinedWhereAbsent)) ?? [];
  const found = await Promise.all(
    names
      .filter(isEngineId)
      .sort()
      .map((id) => tryRead(home, id)),
  );
  return found.filter((engine) => engine !== undefined);
}

/** Throws `not-found` where no such engine is installed, `model-invalid` where its record is damaged. */
export async function readInstalled(home: string, id: string): Promise<Installed> {
  return installedOf(home, await readRecord(home, id));
}

async function tryRead(home: string, id: string): Promise<Installed | undefined> {
  try {
    return await readInstalled(home, id);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'not-found') return undefined;
    return unreadable(home, id, error.message);
  }
}

/** What can be said of an engine whose record says nothing any more: enough to list it and to remove it. */
function unreadable(home: string, id: string, problem: string): Installed {
  const { folder, compiled } = enginePlaces(home, id);
  const nothing = { layers: 0, hidden: 0, mlp: 0 };
  const vision = { ...nothing, tokens: 0, ends: 0 };
  const shape: Shape = { kind: 'vlm', ...nothing, kvHeads: 0, headDim: 0, vision, tiles: 0, tileRows: 0 };
  const known = { id, name: id, directory: folder, settings: defaultSettings, source: { folder } };
  return { ...known, bytes: 0, architecture: '', shape, compiled, problem };
}

export async function readRecord(home: string, id: string): Promise<EngineRecord> {
  const places = enginePlaces(home, id);
  const text = await readFile(places.record, 'utf8').catch(undefinedWhereAbsent);
  if (text === undefined) throw new AppError('not-found', `There is no engine "${id}" installed in ${home}. See: oneword models list`);
  try {
    return anyRecord.parse(JSON.parse(text));
  } catch (cause) {
    const message = `${places.record} is damaged. Remove the engine and install it again: oneword models remove ${id}`;
    throw new AppError('model-invalid', message, { cause });
  }
}

/** On the disk, whole, before it has its name. */
export async function writeRecord(home: string, content: EngineRecord): Promise<Installed> {
  const { record: file } = enginePlaces(home, content.id);
  const part = `${file}.${process.pid}.part`;
  const handle = await open(part, 'w');
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
  return installedOf(home, content);
}

/** What is not named stays as it is. */
export async function changeSettings(home: string, id: string, settings: Partial<EngineSettings>, adapter?: string): Promise<Installed> {
  const before = await readRecord(home, id);
  const after = { ...before, settings: { ...before.settings, ...settings } };
  return writeRecord(home, adapter === undefined ? after : { ...after, adapter });
}

/** Names of what Oneword puts into an engine's folder, with what a kill may leave of them. */
const own = /^(files|compiled|engine\.json\.\d+\.part|lock\.\d+\.stale)$/;

/**
 * Deletes what Oneword put into the engine's folder: the record, the download (whole or not), the compiled files. An imported folder lies
 * elsewhere and stays as it is. Throws `not-found` where there is nothing, `unavailable` while it is being downloaded.
 */
export async function removeInstalled(home: string, id: string): Promise<void> {
  const places = enginePlaces(home, id);
  if (!(await stat(places.folder).catch(undefinedWhereAbsent))) await readRecord(home, id);
  const lock = await takeLock(places.lock, id);
  try {
    await rm(places.record, { force: true });
    for (const name of await readdir(places.folder)) {
      if (own.test(name)) await rm(path.join(places.folder, name), { recursive: true });
    }
  } finally {
    await lock.release();
  }
  await rmdir(places.folder).catch((error: NodeJS.ErrnoException) => {
    // Somebody else's files: they stay, and the folder with them.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/** Makes the engine's folder and locks it. */
export async function lockEngine(home: string, id: string): Promise<{ release(): Promise<void> }> {
  const { folder, lock } = enginePlaces(home, id);
  await mkdir(folder, { recursive: true });
  return takeLock(lock, id);
}

async function installedOf(
  home: string,
  { id, name, source, directory, adapter, settings, bytes, architecture, shape, files }: EngineRecord,
): Promise<Installed> {
  const { folder, compiled } = enginePlaces(home, id);
  const place = path.resolve(folder, directory);
  const problem = (await problemOf(place, files)) ?? (adapter === undefined ? undefined : await problemOf(adapter, undefined));
  return {
    id,
    name,
    directory: place,
    settings,
    source,
    bytes,
    architecture,
    shape,
    compiled,
    ...(adapter === undefined ? {} : { adapter }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** By names and sizes alone: this is asked often. */
async function problemOf(directory: string, files: EngineRecord['files']): Promise<string | undefined> {
  const folder = await stat(directory).catch(undefinedWhereAbsent);
  if (!folder?.isDirectory()) return `${directory} is not there. Is its drive connected?`;
  for (const { name, bytes } of files ?? []) {
    const size = await sizeOf(path.join(directory, name));
    if (size === bytes) continue;
    return `${name} is ${size === undefined ? 'missing' : 'not as long as it should be'} in ${directory}. Download the engine again.`;
  }
  return undefined;
}
