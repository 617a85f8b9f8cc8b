/** @file `oneword serve`: the app in a browser, on this machine alone unless told otherwise. */
import path from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../core/api/errors.ts';
import { defaultPort, isLoopback } from '../addresses.ts';
import { interrupted, onInterrupt } from '../interrupt.ts';
import { keptToken, readServerFile, removeServerFile, tokenPattern, writeServerFile } from '../server-file.ts';
import { printJson, printLine, say } from '../terminal.ts';
import { type LibraryFlags, libraryOf, wholeNumber, withLibrary } from './options.ts';

type Flags = LibraryFlags & { readonly port?: number; readonly host: string; readonly token?: string };

export function addServe(program: Command): void {
  withLibrary(program.command('serve').argument('[FOLDER...]', 'folders to add to the library'))
    .description('Open the library as an app in the browser and keep it up to date while it runs.')
    .option('--port <N>', `port to listen on, 0 = any free one (default: ${defaultPort} or the next free one)`, wholeNumber(0, 65_535))
    .option('--host <ADDRESS>', 'address to listen on; anything but 127.0.0.1 lets others on your network in', '127.0.0.1')
    .option('--token <TEXT>', 'the key in the address (default: a random one, made once for the library)', tokenOf)
    .addHelpText(
      'after',
      '\nExamples:\n  npm start -- ~/Pictures\n  oneword serve ~/Pictures\n  oneword serve --library ./lib --port 0 --json',
    )
    .action(serve);
}

function tokenOf(value: string): string {
  if (!tokenPattern.test(value)) throw new AppError('bad-request', 'A token has at least 16 letters, digits or any of _ ~ . -');
  return value;
}

async function serve(folders: string[], flags: Flags): Promise<void> {
  const [{ openLibrary }, { joinServer }, { startWebServer }] = await Promise.all([
    import('../../engine/library.ts'),
    import('../session.ts'),
    import('../web.ts'),
  ]);
  const running = await joinServer(flags.library);
  if (running) {
    const open = await readServerFile(flags.library);
    throw new AppError(
      'library-busy',
      `Oneword has the library ${flags.library} open already, at ${open ? addressOf(open) : running.server}\n` +
        'Open that address in a browser. Folders are added on its Library page; another --library can be opened beside it.',
    );
  }
  const interrupt = onInterrupt();
  const library = await openLibrary({ ...libraryOf(flags), activity: 'watch' });
  try {
    const { host, port, token = await keptToken(flags.library) } = flags;
    const server = await startWebServer({
      library,
      host,
      ...(port === undefined ? {} : { port }),
      token,
    });
    try {
      await writeServerFile(flags.library, { url: server.url, token: server.token, pid: process.pid });
      for (const folder of folders) await library.client.addFolder({ path: path.resolve(folder) });
      announce(server, flags);
      await interrupted(interrupt.signal);
      say('Stopping.');
    } finally {
      await removeServerFile(flags.library);
      await server.close();
    }
  } finally {
    await library.close();
    interrupt.dispose();
  }
}

/** What is opened in a browser. */
function addressOf({ url, token }: { url: string; token: string }): string {
  return `${url}/?token=${token}`;
}

function announce(server: { url: string; token: string }, { json, host, library }: Flags): void {
  const address = addressOf(server);
  if (json) printJson({ url: server.url, token: server.token, address, library });
  else printLine(`Oneword is at ${address}`);
  if (!isLoopback(host)) say(`Everybody who can reach ${host} and has this address can see your pictures.`);
  say('Press Ctrl+C to stop.');
}
