/**
 * @file Opens a library for a host: starts the library process, starts it again when it dies, and gives the host the contract's client.
 * The host itself never touches the database, a picture's bytes or a network. See docs/decisions/0003-processes.md.
 */
import { type ClientContext, type ClientLink, DynamicLink } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import { AppError, isAbort } from '../core/api/errors.ts';
import { type Client, createClient, fromCall, mapErrors } from '../core/api/rpc.ts';
import { startChild } from '../core/process/child.ts';
import type { RawPort } from '../core/process/port.ts';
import type { LibraryArgs, LibraryMethods } from './library-process.ts';
import type { MediaSource } from './media.ts';
import { removeOldQueryPictures, saveQueryPicture } from './query-pictures.ts';

export type LibraryOptions = LibraryArgs & {
  /** Lines of the library process and its children. */
  readonly log?: (line: string) => void;
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
export async function openLibrary({ log = toStandardError, ...args }: LibraryOptions): Promise<Library> {
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
    await removeOldQueryPictures(args.directory);
  } catch (error) {
    await child.close();
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
    savePicture: (bytes) => saveQueryPicture(args.directory, bytes),
    close: () => child.close(),
  };
}

function linkTo(port: RawPort): ClientLink<ClientContext> {
  return new RPCLink({
    port,
    interceptors: [
      ({ next, signal }) =>
        mapErrors(next, (error) =>
          // oRPC reports a port that closed as an abort.
          isAbort(error) && !signal?.aborted
            ? new AppError('unavailable', 'The library process ended and is being started again. Try once more.', { cause: error })
            : fromCall(error),
        ),
    ],
  });
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}
