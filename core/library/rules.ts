/**
 * @file Which paths below a watched folder belong to the library.
 *
 * [Note: what is skipped] Always: names that begin with a dot, the folders in which systems and tools keep their own things, files that
 * are not pictures by their extension, symbolic links (a link out of the folder would show files that nobody chose, a link into it shows
 * them twice, a loop never ends), and folders with a `.nomedia` in them.
 *
 * Globs are relative to the watched folder, `/` between names on every system, upper and lower case alike. A glob without a slash is
 * tested against every name on the way ("raw" = any file or folder named raw); one with a slash against the path from the watched folder
 * ("2019/raw/**"). What matches a folder holds for everything below it. With `include`, only what matches one of them belongs; `exclude`
 * always wins. No glob brings back what is always skipped.
 */
import { join, relative, sep } from 'node:path';
import picomatch from 'picomatch';
import { AppError } from '../api/errors.ts';

export type Rules = {
  /** May it be entered? Asks about this folder alone, its parents were asked before. */
  entersFolder(path: string): boolean;
  /** Does it belong? Asks about this file alone. */
  takesFile(path: string): boolean;
  /** The same for a path that nobody walked to: asks about every folder on the way. */
  takes(path: string): boolean;
};

const extensions = new Set(
  (
    'jpg jpeg jpe jfif png apng webp gif tif tiff avif svg heic heif hif ' +
    '3fr ari arw cr2 cr3 crw dcr dng erf fff gpr iiq k25 kdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f'
  ).split(' '),
);

const systemFolders = new Set([
  '$recycle.bin',
  'system volume information',
  '@eadir',
  '#recycle',
  '#snapshot',
  'lost+found',
  'node_modules',
  '__macosx',
]);

/** True for names of pictures. What is inside decides later; this only keeps text and videos out of the queue. */
export function isPictureName(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot > 0 && extensions.has(name.slice(dot + 1).toLowerCase());
}

export function isHiddenName(name: string): boolean {
  return name.startsWith('.') || systemFolders.has(name.toLowerCase());
}

/** `skip` are absolute folders that never belong, e.g. the library itself. Throws bad-request on a glob that cannot be understood. */
export function createRules(root: string, include: readonly string[], exclude: readonly string[], skip: readonly string[] = []): Rules {
  const included = include.map(compile);
  const excluded = exclude.map(compile);

  function entersFolder(path: string): boolean {
    if (skip.includes(path)) return false;
    const at = locate(root, path);
    return !isHiddenName(at.name) && !excluded.some((matches) => matches(at));
  }

  function takesFile(path: string): boolean {
    const at = locate(root, path);
    if (at.name.startsWith('.') || !isPictureName(at.name)) return false;
    if (excluded.some((matches) => matches(at))) return false;
    if (included.length === 0) return true;
    return [at, ...parentsOf(at.path)].some((place) => included.some((matches) => matches(place)));
  }

  function takes(path: string): boolean {
    const parents = parentsOf(locate(root, path).path);
    return takesFile(path) && parents.every((place) => entersFolder(join(root, place.path)));
  }

  return { entersFolder, takesFile, takes };
}

type Place = { readonly name: string; readonly path: string };

/** The place of an absolute path below the root, composed as in NFC: macOS may hand out names in either form. */
function locate(root: string, absolute: string): Place {
  const path = relative(root, absolute).split(sep).join('/').normalize('NFC');
  return { path, name: path.slice(path.lastIndexOf('/') + 1) };
}

function parentsOf(path: string): Place[] {
  const names = path.split('/').slice(0, -1);
  return names.map((name, index) => ({ name, path: names.slice(0, index + 1).join('/') }));
}

function compile(glob: string): (at: Place) => boolean {
  const pattern = glob
    .normalize('NFC')
    .replaceAll('\\', '/')
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '');
  if (pattern === '')
    throw new AppError(
      'bad-request',
      `The pattern ${JSON.stringify(glob)} is empty. Give a name such as "raw" or a path such as "2019/raw".`,
    );
  try {
    const matches = picomatch(pattern, { dot: true, nocase: true });
    return pattern.includes('/') ? (at) => matches(at.path) : (at) => matches(at.name);
  } catch (error) {
    throw new AppError('bad-request', `The pattern ${JSON.stringify(glob)} cannot be understood.`, { cause: error });
  }
}
