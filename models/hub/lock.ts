/** @file One process at a time works on an engine's folder. What a process that died has locked is taken over. */
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { AppError } from '../../core/api/errors.ts';
import { undefinedWhereAbsent } from './absent.ts';

export type Lock = { release(): Promise<void> };

/** A lock without a number in it is one that is being written; older than this it is one that was never finished. */
const halfWrittenMs = 5000;

/**
 * The folder must exist. Throws `unavailable` while another holds it. Two that take over the same stale lock at the same instant could both
 * get it: that costs them double work and no more, for files get their names only with the right checksum.
 */
export async function takeLock(file: string, what: string): Promise<Lock> {
  for (let attempt = 1; ; attempt++) {
    try {
      await writeFile(file, String(process.pid), { flag: 'wx' });
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = await holderOf(file);
    if (holder !== undefined || attempt === 3) {
      throw new AppError(
        'unavailable',
        `${what} is being worked on by another process${holder ? ` (${holder})` : ''}. Wait until it is done.`,
      );
    }
    const stale = `${file}.${process.pid}.stale`;
    await rename(file, stale).catch(undefinedWhereAbsent);
    await rm(stale, { force: true });
  }
}

/** The living process that holds the lock, 0 where it is not known yet; undefined where nobody does. */
async function holderOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(undefinedWhereAbsent);
  const text = await readFile(file, 'utf8').catch(undefinedWhereAbsent);
  if (!found || text === undefined) return undefined;
  const age = Date.now() - found.mtimeMs;
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) return age < halfWrittenMs ? 0 : undefined;
  // A number from before this start of the machine belongs to somebody else now.
  return age < uptime() * 1000 && isAlive(pid) ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
