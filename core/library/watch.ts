/**
 * @file Hears of changes below a watched folder. It only says "something happened at this path"; what that means is found out by looking
 * (see arrivals.ts), and a regular scan finds whatever was not heard. The only importer of chokidar.
 */
import { basename } from 'node:path';
import { watch } from 'chokidar';
import { isHiddenName, isPictureName, type Rules } from './rules.ts';
import { errorCode } from './walk.ts';

export type Watcher = { close(): Promise<void> };

export type WatchEvents = {
  /** A picture that was added, changed or taken away, or a folder that was taken away. */
  touched(path: string): void;
  /** A `.nomedia` came or went: what belongs to the library must be worked out again. */
  rulesChanged(): void;
  /** From now on changes are heard. */
  ready(): void;
  /** Watching does not work here, e.g. the system's limit of watches is reached. `reason` is for the user. */
  failed(reason: string): void;
};

export function watchFolder(root: string, rules: Rules, events: WatchEvents): Watcher {
  let failed = false;
  const watcher = watch(root, {
    ignoreInitial: true, // the scan has seen those
    followSymlinks: false, // see [Note: what is skipped]
    ignored: (path, stats) => {
      if (path === root) return false;
      const name = basename(path);
      if (name === '.nomedia') return false;
      if (isHiddenName(name) || !rules.entersFolder(path)) return true;
      return stats?.isFile() === true && !isPictureName(name);
    },
    atomic: false, // arrivals.ts waits anyway
    ignorePermissionErrors: true, // the scan reports them
  });
  watcher.on('all', (event, path) => {
    if (failed) return;
    if (basename(path) === '.nomedia') events.rulesChanged();
    else if (event === 'unlinkDir' || isPictureName(path)) events.touched(path);
  });
  watcher.on('ready', () => {
    if (!failed) events.ready();
  });
  watcher.on('error', (error) => {
    const reason = limitReached(error);
    if (reason === undefined || failed) return; // one path that could not be watched: the regular scan sees it
    failed = true;
    events.failed(reason);
  });
  return { close: () => watcher.close() };
}

function limitReached(error: unknown): string | undefined {
  const code = errorCode(error);
  if (code === 'ENOSPC')
    return 'the limit of watched folders of this system is reached (Linux: raise fs.inotify.max_user_watches, for example to 524288)';
  if (code === 'EMFILE' || code === 'ENFILE') return 'too many files are open (Linux: raise fs.inotify.max_user_instances or `ulimit -n`)';
  return undefined;
}
