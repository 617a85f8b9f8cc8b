/** @file Where the library lies when nobody says: the platform's place for an application's data, or ONEWORD_LIBRARY. */
import { homedir } from 'node:os';
import path from 'node:path';

export function defaultLibrary(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.ONEWORD_LIBRARY) return path.resolve(env.ONEWORD_LIBRARY);
  const home = homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Oneword');
  if (platform === 'win32') return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Oneword');
  return path.join(env.XDG_DATA_HOME ?? path.join(home, '.local', 'share'), 'oneword');
}
