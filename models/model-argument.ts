/** @file What names an engine: an id, or the folder of a checkpoint. Apart from the registry, which loads the network runtime. */
import path from 'node:path';

/** Absolute, or with a separator in it: an id is neither. */
export function isFolder(model: string): boolean {
  return path.isAbsolute(model) || model.includes('/') || model.includes(path.sep) || model === '.' || model === '..';
}
