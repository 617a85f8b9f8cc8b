/**
 * @file Entry of the library process: the only one that opens the database. Serves the contract by oRPC on the raw port of its
 * channel; `opened`, `media` and `queryPicture` are for the host alone and no part of the contract.
 */
import { setFlagsFromString } from 'node:v8';
import { RPCHandler } from '@orpc/server/message-port';
import { sendErrors } from '../core/api/rpc.ts';
import { serveChild } from '../core/process/serve.ts';
import { type LibraryService, openService, type ServiceOptions } from './library-service.ts';
import type { MediaFile, MediaKind, SmallKind } from './media.ts';

export type LibraryArgs = ServiceOptions;

export type LibraryMethods = {
  /** Resolves once the library is open; fails with the reason why it cannot be. */
  opened(input: undefined): Promise<void>;
  media(input: { id: string; kind: MediaKind }): Promise<MediaFile>;
  queryPicture(input: { id: string; kind: SmallKind }): Promise<MediaFile>;
};

// Every picture that is indexed passes through as messages; see reader-process.ts. V8's heap holds no vectors, so its stops stay short.
setFlagsFromString('--no-incremental-marking');

serveChild((args: LibraryArgs, parent): LibraryMethods => {
  let opening: Promise<LibraryService> | undefined;

  async function open(): Promise<LibraryService> {
    const service = await openService(args);
    // What came in before this waits in the port.
    new RPCHandler(service.router, { clientInterceptors: [sendErrors(console.error)] }).upgrade(parent.port);
    return service;
  }

  /** A failed opening is forgotten: the library may be free, or repaired, at the next try. */
  function service(): Promise<LibraryService> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  // Nobody waits for a library whose host is gone, but the next host may wait for its lock. What is unfinished is taken up by that one.
  process.once('disconnect', () => process.exit(1));
  parent.onClose(async () => {
    const open = await opening?.catch(() => undefined);
    await open?.close();
  });

  return {
    opened: async () => {
      await service();
    },
    media: async ({ id, kind }) => (await service()).media(id, kind),
    queryPicture: async ({ id, kind }) => (await service()).queryPicture(id, kind),
  };
});
