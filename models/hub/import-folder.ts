/** @file Makes an engine of a checkpoint that lies on this machine already. The folder stays where it is; only a record of it is written. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { defaultModel } from '../default-model.ts';
import { undefinedWhereAbsent } from './absent.ts';
import { catalogueEntry } from './catalogue.ts';
import { type Installed, lockEngine, writeRecord } from './installed.ts';
import type { EngineSettings } from './settings.ts';
import { realFolder, requireTokenizer, requireUsable } from './usable.ts';

export type ImportOptions = {
  /** Absent: made of the folder's name. */
  readonly id?: string;
  readonly name?: string;
  /** Folder of a LoRA adapter. */
  readonly adapter?: string;
  readonly settings?: Partial<EngineSettings>;
};

/**
 * Throws `model-missing` or `model-invalid` where the folder is no checkpoint that can be used, `bad-request` where the id is taken or a setting
 * makes no sense for what it is.
 */
export async function importFolder(home: string, folder: string, options: ImportOptions = {}): Promise<Installed> {
  const directory = await realFolder(folder);
  const adapter = options.adapter === undefined ? undefined : await realFolder(options.adapter);
  const usable = await requireUsable(directory, { adapter, ...(options.settings && { settings: options.settings }) });
  await requireTokenizer(directory);
  const taken = await takenIds(home);
  const given = options.id;
  if (given !== undefined && taken(given)) {
    throw new AppError('bad-request', `The id "${given}" is taken. Give another one with --id, or remove that engine first.`);
  }
  const id = given ?? freeId(idOf(directory), taken);
  const lock = await lockEngine(home, id);
  try {
    return await writeRecord(home, {
      version: 2,
      id,
      name: options.name ?? nameOf(directory),
      source: { folder: directory },
      directory,
      ...(adapter === undefined ? {} : { adapter }),
      ...usable,
    });
  } finally {
    await lock.release();
  }
}

async function takenIds(home: string): Promise<(id: string) => boolean> {
  const folders = (await readdir(home).catch(undefinedWhereAbsent)) ?? [];
  return (id) => id === defaultModel || catalogueEntry(id) !== undefined || folders.includes(id);
}

function freeId(wanted: string, taken: (id: string) => boolean): string {
  for (let n = 1; ; n++) {
    const id = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken(id)) return id;
  }
}

/** A download of Hugging Face's own tools lies in `models--owner--name/snapshots/commit`. */
function nameOf(directory: string): string {
  const parts = directory.split(path.sep);
  const cached = parts.at(-2) === 'snapshots' ? parts.at(-3) : undefined;
  return (cached?.startsWith('models--') && cached.split('--').at(-1)) || path.basename(directory) || 'model';
}

function idOf(directory: string): string {
  const id = nameOf(directory)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 56);
  return id || 'model';
}
