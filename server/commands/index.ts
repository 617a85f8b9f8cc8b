/** @file `oneword index`: makes folders searchable and ends when everything in them is. */
import path from 'node:path';
import type { Command } from 'commander';
import { AppError, hasCode } from '../../core/api/errors.ts';
import type { IndexRun } from '../../core/api/library.ts';
import type { Client } from '../../core/api/rpc.ts';
import { onInterrupt } from '../interrupt.ts';
import type { Session } from '../session.ts';
import { count, duration, followProgress, printJson, printLine, say } from '../terminal.ts';
import { collect, type LibraryFlags, libraryOf, modelArgument, withLibrary } from './options.ts';

type Flags = LibraryFlags & { readonly model?: string; readonly include?: string[]; readonly exclude?: string[] };

export function addIndex(program: Command): void {
  withLibrary(program.command('index').argument('<FOLDER...>', 'folders with pictures'))
    .description('Make folders searchable. Pictures that were indexed before are not looked at again.')
    .option('--model <ID>', 'engine to index with (see: oneword models list), or the folder of a checkpoint', modelArgument)
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
    const run = await indexAll(session, folders, flags, signal);
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

const attempts = 5;

/** A library process that dies is started again; the folders are named to the new one, and the work goes on. */
async function indexAll(session: Session, folders: string[], flags: Flags, signal: AbortSignal): Promise<IndexRun> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await indexOnce(session, folders, flags, signal);
    } catch (error) {
      if (!hasCode(error, 'unavailable') || signal.aborted || attempt === attempts) throw error;
    }
  }
}

async function indexOnce({ client, server }: Session, folders: string[], flags: Flags, signal: AbortSignal): Promise<IndexRun> {
  if ((await client.status(undefined, { signal })).paused) {
    say('Indexing was paused; it goes on now.');
    await client.resume(undefined, { signal });
  }
  const before = await client.totals(undefined, { signal });
  const { include = [], exclude = [] } = flags;
  const roots: number[] = [];
  for (const folder of folders) roots.push((await client.addFolder({ path: path.resolve(folder), include, exclude }, { signal })).id);
  const after = await (server === undefined ? client.settled(undefined, { signal }) : settleOverHttp(client, signal));
  const run = { ...after };
  for (const name of ['indexed', 'skipped', 'embedded', 'moved', 'removed'] as const) run[name] -= before[name];
  if (server === undefined) return run;
  // A server has counted what is up to date when it started.
  const all = (await client.listFolders(undefined, { signal })).filter(({ id }) => roots.includes(id));
  const ready = all.reduce((sum, { items }) => sum + items, 0);
  return { ...run, skipped: Math.max(0, ready - run.indexed - run.moved) };
}

/** Asked again and again: a request that is silent for some minutes is given up on the way. */
async function settleOverHttp(client: Client, signal: AbortSignal): Promise<IndexRun> {
  for (;;) {
    const limit = AbortSignal.timeout(60_000);
    try {
      return await client.settled(undefined, { signal: AbortSignal.any([signal, limit]) });
    } catch (error) {
      if (signal.aborted || !limit.aborted) throw error;
    }
  }
}
