/** @file `oneword watch`: keeps a library up to date without a page, until it is stopped. */
import path from 'node:path';
import type { Command } from 'commander';
import { hasCode } from '../../core/api/errors.ts';
import type { Client } from '../../core/api/rpc.ts';
import { onInterrupt } from '../interrupt.ts';
import { followProgress, printJson, say } from '../terminal.ts';
import { type LibraryFlags, libraryOf, withLibrary } from './options.ts';

export function addWatch(program: Command): void {
  withLibrary(program.command('watch').argument('[FOLDER...]', 'folders to add to the library'))
    .description('Watch the folders of the library and index what changes, until stopped. With --json: one event per line.')
    .addHelpText('after', '\nExamples:\n  oneword watch ~/Pictures\n  oneword watch --library ./lib --json')
    .action(watch);
}

async function watch(folders: string[], flags: LibraryFlags): Promise<void> {
  const interrupt = onInterrupt();
  const { signal } = interrupt;
  const { openLibrary } = await import('../../engine/library.ts');
  const library = await openLibrary({ ...libraryOf(flags), activity: 'watch' });
  try {
    for (const folder of folders) await library.client.addFolder({ path: path.resolve(folder) });
    const watched = await library.client.listFolders();
    if (watched.length === 0) say('This library has no folders yet. Name one: oneword watch FOLDER');
    for (const folder of watched) say(`Watching ${folder.path}`);
    await (flags.json ? printEvents(library.client, signal) : follow(library.client, signal));
  } finally {
    await library.close();
    interrupt.dispose();
  }
}

async function printEvents(client: Client, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const event of await client.events(undefined, { signal })) printJson(event);
    } catch (error) {
      // The library process is started again when it dies; the events of the new one go on.
      if (!signal.aborted && !hasCode(error, 'unavailable')) throw error;
    }
  }
}

async function follow(client: Client, signal: AbortSignal): Promise<void> {
  await followProgress(client, signal);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
