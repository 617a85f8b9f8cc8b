/**
 * @file Opens a library for a host: starts the library process, starts it again when it dies, and gives the host the contract's client.
 * The host itself never touches the database, a picture's bytes or a network. See docs/decisions/0003-processes.md.
 */
import { type ClientContext, type ClientLink, DynamicLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { AppError, hasCode, isAbort } from '../core/api/errors.ts';
import { type Client, createClient, mapErrors, receiveErrors } from '../core/api/rpc.ts';
import { startChild } from '../core/process/child.ts';
import type { RawPort } from '../core/process/port.ts';
import type { LibraryArgs, LibraryMethods } from './library-process.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import type { MediaSource } from './media.ts';
import { saveQueryPicture } from './query-pictures.ts';

export type LibraryOptions = LibraryArgs & {
  /** Hears what is written to the library's log, too. */
  readonly log?: ((line: string) => void) | undefined;
};

export type Library = MediaSource & {
  readonly client: Client;
  readonly directory: string;
  /** Of the library process; undefined while it is being restarted. */
  readonly pid: number | undefined;
  /** Ends the library process and its children; what they were doing is taken up again by the next one. */
  close(): Promise<void>;
};

/** Fails with library-busy, library-newer, library-damaged, permission-denied or disk-full. */
export async function openLibrary({ log: listener, ...args }: LibraryOptions): Promise<Library> {
  let file: LogFile | undefined;
  /** Lines from before the log is open; what is said after it was closed is lost. */
  const early: string[] = [];
  const log = (line: string) => {
    listener?.(line);
    if (file) file.write(line);
    else early.push(line);
  };
  let link: ClientLink<ClientContext> | undefined;
  let opening: Promise<unknown> | undefined;
  const child = startChild<LibraryMethods>({
    name: 'library',
    entry: new URL('./library-process.ts', import.meta.url),
    args,
    keepAlive: true,
    deathCode: 'unavailable',
    log,
    onPort: (port) => {
      link = linkTo(port);
    },
    onDeath: () => {
      opening = undefined;
    },
  });

  /** The link to the process that runs now, once it has the library open. */
  async function current(): Promise<ClientLink<ClientContext>> {
    opening ??= child.call('opened', undefined);
    try {
      await opening;
    } catch (error) {
      opening = undefined;
      throw error;
    }
    if (!link) throw new AppError('unavailable', 'The library process is not running.');
    return link;
  }

  try {
    await current();
    file = await openLogFile(args.directory);
    for (const line of early.splice(0)) file.write(line);
  } catch (error) {
    await child.close();
    // Without its last words nobody could say why a process does not start.
    if (hasCode(error, 'unavailable') && !listener) for (const line of early) process.stderr.write(`${line}\n`);
    throw error;
  }
  return {
    client: createClient(new DynamicLink(current)),
    directory: args.directory,
    get pid() {
      return child.pid;
    },
    media: async (id, kind) => {
      await current();
      return child.call('media', { id, kind });
    },
    queryPicture: async (id, kind) => {
      await current();
      return child.call('queryPicture', { id, kind });
    },
    savePicture: (bytes) => saveQueryPicture(args.directory, bytes),
    close: async () => {
      await child.close();
      await file?.close();
    },
  };
}

function linkTo(port: RawPort): ClientLink<ClientContext> {
  return new RPCLink({
    port,
    interceptors: [receiveErrors, ({ next, signal }) => mapErrors(next, (error) => (signal?.aborted ? asError(error) : ofPort(error)))],
  });
}

/** oRPC reports a port that closed as an abort. */
function ofPort(error: unknown): Error {
  if (!isAbort(error)) return asError(error);
  return new AppError('unavailable', 'The library process ended and is being started again. Try once more.', { cause: error });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
