/** @file Where installed engines lie: one folder each below a home that belongs to the user, or below ONEWORD_MODELS. */
import { homedir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';

export function modelsHome(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.ONEWORD_MODELS) return path.resolve(env.ONEWORD_MODELS);
  const user = homedir();
  if (platform === 'darwin') return path.join(user, 'Library', 'Application Support', 'Oneword', 'models');
  if (platform === 'win32') return path.join(env.LOCALAPPDATA ?? path.join(user, 'AppData', 'Local'), 'Oneword', 'models');
  return path.join(env.XDG_DATA_HOME ?? path.join(user, '.local', 'share'), 'oneword', 'models');
}

/** What lies in an engine's folder. Everything that is named here is Oneword's own and may be removed; nothing else is touched. */
export type EnginePlaces = {
  readonly folder: string;
  readonly record: string;
  /** The checkpoint, where it was downloaded. */
  readonly files: string;
  /** Side files that were made of the checkpoint: quantised weights. */
  readonly compiled: string;
  readonly lock: string;
};

/** Throws `bad-request` for an id that could not be a folder's name on every system. */
export function enginePlaces(home: string, id: string): EnginePlaces {
  if (!isEngineId(id)) {
    throw new AppError('bad-request', `"${id}" cannot be an engine's id: 1 to 64 of a-z, 0-9, ".", "_" and "-", a letter or digit first.`);
  }
  const folder = path.join(home, id);
  const at = (name: string) => path.join(folder, name);
  return { folder, record: at('engine.json'), files: at('files'), compiled: at('compiled'), lock: at('lock') };
}

export function isEngineId(id: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(id);
}
