/** @file Looking for a file that may not be there: `undefined` is an answer then, and no error. */
import { stat } from 'node:fs/promises';

/** For `.catch`: passes over what does not exist, throws everything else. */
export function undefinedWhereAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

export async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(undefinedWhereAbsent))?.size;
}
