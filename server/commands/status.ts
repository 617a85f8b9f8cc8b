/** @file `oneword status`: what is in a library, what is going on, and which files failed. */
import type { Command } from 'commander';
import type { Failure } from '../../core/api/library.ts';
import type { Client } from '../../core/api/rpc.ts';
import { count, printJson, printLine, progressLine } from '../terminal.ts';
import { type LibraryFlags, libraryOf, withLibrary } from './options.ts';

type Flags = LibraryFlags & { readonly failures?: true };

export function addStatus(program: Command): void {
  withLibrary(program.command('status'))
    .description('Say what is in the library, what is going on, and which files failed.')
    .option('--failures', 'list the files that failed, with the reason (always part of --json)')
    .addHelpText('after', '\nExamples:\n  oneword status\n  oneword status --failures\n  oneword status --library ./lib --json')
    .action(status);
}

async function status(flags: Flags): Promise<void> {
  const { openSession } = await import('../session.ts');
  const session = await openSession({ ...libraryOf(flags), activity: 'query', mustExist: true });
  try {
    const [now, folders] = await Promise.all([session.client.status(), session.client.listFolders()]);
    const failures = flags.json || flags.failures ? await allFailures(session.client) : [];
    if (flags.json) return printJson({ ...now, folders, failures, server: session.server ?? null });
    printLine(`${now.library}${session.server ? ` (served at ${session.server})` : ''}`);
    printLine(`${count(now.items)} items, ${count(now.failed)} failed. Engine: ${now.engine.name}. Index: ${now.index.backend}.`);
    for (const { path, state, items, pending } of folders) {
      printLine(
        `  ${path}  ${count(items)} items${pending > 0 ? `, ${count(pending)} waiting` : ''}${state === 'offline' ? ', offline' : ''}`,
      );
    }
    if (now.jobs.length > 0) printLine(progressLine(now));
    for (const notice of now.notices) printLine(`${notice.level}: ${notice.text}`);
    for (const failure of failures) printLine(`failed: ${failure.path}: ${failure.message}`);
  } finally {
    await session.close();
  }
}

async function allFailures(client: Client): Promise<Failure[]> {
  const all: Failure[] = [];
  for (;;) {
    const { failures } = await client.failures({ after: all.at(-1)?.fileId ?? 0, limit: 1000 });
    all.push(...failures);
    if (failures.length < 1000) return all;
  }
}
