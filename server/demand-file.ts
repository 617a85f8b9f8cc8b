/** @file A file that a command was given: there, and readable. */
import { access, constants, stat } from 'node:fs/promises';
import { AppError } from '../core/api/errors.ts';

/** Fails with a message that names the file when it is not one that can be read. */
export async function demandFile(file: string): Promise<void> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') throw new AppError('permission-denied', `${file} cannot be read: permission denied.`, { cause: error });
    throw new AppError('not-found', `There is no file ${file}.`, { cause: error });
  });
  if (!found.isFile()) throw new AppError('not-found', `${file} is not a file.`);
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw new AppError('permission-denied', `${file} cannot be read: permission denied.`, { cause: error });
  });
}
