/** @file The list of watched folders: what may be added, and what happens when folders lie inside one another. */
import { realpath, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { AppError } from '../api/errors.ts';
import { changeRoot } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import { deleteRoot, insertRoot, listRoots, type Root } from '../store/roots.ts';
import { createRules } from './rules.ts';
import { errorCode } from './walk.ts';

export type Added = {
  readonly root: Root;
  /** Folders that are parts of the new one and were taken over with all that is indexed of them. */
  readonly absorbed: readonly Root[];
};

/**
 * [Note: folders in folders] A file belongs to one watched folder. Adding a folder that is watched already, or that lies in a
 * watched one, changes nothing and answers with that one: its pictures are found already. Adding a folder around watched ones takes
 * those over. Where globs of either make "the same files" untrue, the user is asked to decide: a bad-request says how.
 */
export async function addRoot(
  store: Store,
  path: string,
  include: readonly string[],
  exclude: readonly string[],
  now: number,
): Promise<Added> {
  const folder = resolve(path);
  await requireFolder(folder);
  createRules(folder, include, exclude); // refuses globs that cannot be understood
  const real = await realpath(folder);
  if (isWithin(await realpath(store.directory), real))
    throw new AppError('bad-request', `${folder} lies inside the library's own folder ${store.directory}. Choose a folder of pictures.`);

  const absorbed: Root[] = [];
  for (const root of listRoots(store)) {
    const other = await realOrSame(root.path);
    if (isWithin(other, real)) return { root: covering(root, folder, relative(other, real), include, exclude), absorbed: [] };
    if (isWithin(real, other)) absorbed.push(absorbable(root, folder));
  }
  const root = store.db.transaction(() => {
    const added = insertRoot(store, folder, include, exclude, now);
    for (const part of absorbed) {
      changeRoot(store, part.id, added.id);
      deleteRoot(store, part.id);
    }
    return added;
  })();
  return { root, absorbed };
}

/** `root` is or contains `folder`. */
function covering(root: Root, folder: string, below: string, include: readonly string[], exclude: readonly string[]): Root {
  if (below !== '') {
    const rules = createRules(root.path, root.include, root.exclude);
    const onTheWay = below.split(sep).map((_, index, names) => [root.path, ...names.slice(0, index + 1)].join(sep));
    if (!onTheWay.every((part) => rules.entersFolder(part)))
      throw new AppError(
        'bad-request',
        `${folder} lies in the watched folder ${root.path}, whose rules leave it out. Change the rules of that folder.`,
      );
  }
  const asks = include.length > 0 || exclude.length > 0;
  const same = below === '' && sameGlobs(root.include, include) && sameGlobs(root.exclude, exclude);
  if (asks && !same)
    throw new AppError(
      'bad-request',
      `${folder} is part of the watched folder ${root.path} already. Change what that folder includes and excludes.`,
    );
  return root;
}

function absorbable(root: Root, folder: string): Root {
  if (root.include.length > 0 || root.exclude.length > 0)
    throw new AppError(
      'bad-request',
      `${folder} contains the watched folder ${root.path}, which has rules of its own. Remove that folder first, then add ${folder} with the rules you want.`,
    );
  return root;
}

function sameGlobs(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
}

async function requireFolder(folder: string): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory()) throw new AppError('folder-missing', `${folder} is not a folder.`);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new AppError('folder-missing', `There is no folder ${folder}.`, { cause: error });
    if (code === 'EACCES' || code === 'EPERM')
      throw new AppError('permission-denied', `The folder ${folder} may not be opened.`, { cause: error });
    throw error;
  }
}

/** An offline folder has no real path now; what it is called must do. */
async function realOrSame(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return path;
  }
}

function isWithin(outer: string, inner: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}
