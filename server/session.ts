/**
 * @file A command's way to a library: through the server that has it open, else by opening it itself. Both speak the same contract.
 */
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { RPCLink } from '@orpc/client/fetch';
import { AppError } from '../core/api/errors.ts';
import { type Client, createClient, receiveErrors } from '../core/api/rpc.ts';
import { type LibraryOptions, openLibrary } from '../engine/library.ts';
import { errorOf } from '../engine/media.ts';
import { demandFile } from './demand-file.ts';
import { readServerFile } from './server-file.ts';

export type Session = {
  readonly client: Client;
  /** Address of the server that has the library open; undefined where this process has. */
  readonly server: string | undefined;
  /** Hands over a picture to search with and answers its id. */
  upload(file: string): Promise<string>;
  close(): Promise<void>;
};

export type SessionOptions = LibraryOptions & { readonly mustExist?: boolean };

export async function openSession({ mustExist = false, ...options }: SessionOptions): Promise<Session> {
  const remote = await joinServer(options.directory);
  if (remote) return remote;
  if (mustExist) await demandLibrary(options.directory);
  const library = await openLibrary(options);
  return {
    client: library.client,
    server: undefined,
    upload: async (file) => library.savePicture(await readPicture(file)),
    close: () => library.close(),
  };
}

/** The running server of this library, if there is one that answers. */
export async function joinServer(directory: string): Promise<Session | undefined> {
  const file = await readServerFile(directory);
  if (!file) return undefined;
  const { url, token } = file;
  const headers = { authorization: `Bearer ${token}` };
  const client = connect(url, token);
  try {
    await client.status(undefined, { signal: AbortSignal.timeout(5_000) });
  } catch {
    return undefined; // left by a server that was killed, or of another one: opening the library says who has it
  }
  return {
    client,
    server: url,
    upload: async (picture) => {
      const body = Readable.toWeb(await readPicture(picture)) as ReadableStream<Uint8Array>;
      const type = { 'content-type': 'application/octet-stream' };
      const response = await fetch(`${url}/query-picture`, { method: 'POST', headers: { ...headers, ...type }, body, duplex: 'half' });
      if (!response.ok) throw await errorOf(response);
      return ((await response.json()) as { id: string }).id;
    },
    close: async () => undefined,
  };
}

/** The contract's client over HTTP. */
export function connect(url: string, token: string): Client {
  return createClient(new RPCLink({ url: `${url}/api`, headers: { authorization: `Bearer ${token}` }, interceptors: [receiveErrors] }));
}

async function demandLibrary(directory: string): Promise<void> {
  await access(path.join(directory, 'library.db')).catch((error: unknown) => {
    const message = `There is no library in ${directory}. Make one with: oneword index FOLDER --library ${JSON.stringify(directory)}`;
    throw new AppError('not-found', message, { cause: error });
  });
}

async function readPicture(file: string): Promise<Readable> {
  await demandFile(file);
  return createReadStream(file);
}
