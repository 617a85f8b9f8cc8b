/** @file The one place where errors of SQLite become errors of Oneword. */
import Database from 'better-sqlite3';
import { AppError } from '../api/errors.ts';

/** Runs `work`; what better-sqlite3 throws leaves as an AppError that says what to do. `place` is the library's directory. */
export function storeErrors<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStoreError(place, error);
  }
}

/** An AppError for errors of SQLite and of the file system that the user can act upon; any other error as it is. */
export function asStoreError(place: string, error: unknown): unknown {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('disk-full', `No space is left for the library in ${place}. Nothing is lost: free some space and it goes on.`, {
      cause: error,
    });
  if (isDamage(code))
    return new AppError('library-damaged', `The library in ${place} is damaged (${(error as Error).message}).`, { cause: error });
  if (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED')
    return new AppError('library-busy', `The library in ${place} is used by another program.`, { cause: error });
  if (
    code.startsWith('SQLITE_READONLY') ||
    code === 'SQLITE_CANTOPEN' ||
    code === 'SQLITE_PERM' ||
    code === 'EACCES' ||
    code === 'EPERM' ||
    code === 'EROFS'
  )
    return new AppError(
      'permission-denied',
      `The library in ${place} cannot be written (${(error as Error).message}). Check who owns the folder.`,
      {
        cause: error,
      },
    );
  return error;
}

/** SQLITE_IOERR_SHORT_READ is what a truncated file answers; other I/O errors may be a passing fault of the disk. */
function isDamage(code: string): boolean {
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB' || code === 'SQLITE_IOERR_SHORT_READ';
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof Database.SqliteError) return error.code;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
