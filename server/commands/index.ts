/** @file `oneword index`: makes folders searchable and ends when everything in them is. */
import path from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../core/api/errors.ts';
import { onInterrupt } from '../interrupt.ts';
import { count, duration, followProgress, printJson, printLine, say } from '../terminal.ts';
import { collect, type LibraryFlags, libraryOf, withLibrary } from './options.ts';

type Flags = LibraryFlags & { readonly model?: string; readonly include?: string[]; readonly exclude?: string[] };

export function addIndex(program: Command): void {
  withLibrary(program.command('index').argument('<FOLDER...>', 'folders with pictures'))
    .description('Make folders searchable. Pictures that were indexed before are not looked at again.')
    .option('--model <ID>', 'engine to index with (see: oneword models list)')
    .option('--include <GLOB>', 'only files that match, e.g. "*.jpg"; may be given several times', collect)
    .option('--exclude <GLOB>', 'no files that match, e.g. "private/**"; may be given several times', collect)
    .addHelpText(
      'after',
      '\nExamples:\n  oneword index ~/Pictures /mnt/scans --exclude "drafts/**"\n  oneword index . --library ./lib --json',
    )
    .action(index);
}

async function index(folders: string[], flags: Flags): Promise<void> {
  const started = performance.now();
  const interrupt = onInterrupt();
  const { signal } = interrupt;
  const { openSession } = await import('../session.ts');
  const session = await openSession({
    ...libraryOf(flags),
    activity: 'index',
    ...(flags.model === undefined ? {} : { model: flags.model }),
  });
  const progress = new AbortController();
  const following = followProgress(session.client, AbortSignal.any([signal, progress.signal]));
  try {
    for (const folder of folders) {
      await session.client.addFolder(
        { path: path.resolve(folder), include: flags.include ?? [], exclude: flags.exclude ?? [] },
        { signal },
      );
    }
    const run = await session.client.settled(undefined, { signal });
    const seconds = Math.round((performance.now() - started) / 10) / 100;
    progress.abort();
    await following;
    if (flags.json) printJson({ ...run, seconds });
    else {
      printLine(
        `${count(run.indexed)} indexed, ${count(run.skipped)} up to date, ${count(run.moved)} moved, ${count(run.removed)} removed, ` +
          `${count(run.failed)} failed; ${count(run.items)} items can be searched (${duration(seconds)}).`,
      );
      if (run.failed > 0) say('The files that failed, and why: oneword status --failures');
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new AppError('cancelled', 'Stopped. What was indexed is kept, and the same command goes on from there.', { cause: error });
  } finally {
    progress.abort();
    await following;
    await session.close();
    interrupt.dispose();
  }
}
