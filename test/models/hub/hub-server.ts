/** @file A Hub on the loopback: answers the listing and the files as the real one does, and misbehaves on demand. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export const checkpoint = path.resolve(import.meta.dirname, '../../fixtures/llava-next-llama3/checkpoint');
export const commit = '0123456789abcdef0123456789abcdef01234567';

export type Seen = { readonly path: string; readonly range: string | undefined; readonly authorization: string | undefined };

/** Answers one request for a file in its own way. */
export type Fault = (response: ServerResponse, file: { content: Buffer; from: number; request: IncomingMessage }) => void;

export type Hub = {
  readonly url: string;
  /** Every request for a file, in order. */
  readonly seen: Seen[];
  /** Of a file by name: taken one after the other, then it is served as it should be. */
  readonly faults: Map<string, Fault[]>;
  readonly files: Map<string, Buffer>;
  /** Changes the listing before it goes out, or answers the request itself. */
  listing: { change?: (answer: Listing) => unknown; instead?: (response: ServerResponse, request: IncomingMessage) => boolean };
  close(): Promise<void>;
};

export type Listing = { sha: string; siblings: { rfilename: string; size?: number; blobId?: string; lfs?: Record<string, unknown> }[] };

export async function startHub(repo: string, folder = checkpoint): Promise<Hub> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)));
  const files = new Map(await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name))] as const)));
  files.set('README.md', Buffer.from('# not wanted'));
  files.set('pytorch_model.bin', Buffer.from('a pickle, not wanted'));
  const hub: Omit<Hub, 'url' | 'close'> = { seen: [], faults: new Map(), files, listing: {} };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub');
    const start = `/${repo}/resolve/${commit}/`;
    const file = pathname.startsWith(start) ? decodeURIComponent(pathname.slice(start.length)) : undefined;
    if (pathname === `/api/models/${repo}/revision/main` && searchParams.get('blobs') === 'true') {
      if (hub.listing.instead?.(response, request)) return;
      const answer = listingOf(files);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(hub.listing.change?.(answer) ?? answer));
      return;
    }
    const content = file === undefined ? undefined : files.get(file);
    if (file === undefined || content === undefined) {
      response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end('Repository not found');
      return;
    }
    const { range, authorization } = request.headers;
    hub.seen.push({ path: file, range, authorization });
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const fault = hub.faults.get(file)?.shift() ?? serve;
    fault(response, { content, from, request });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...hub,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
    get listing() {
      return hub.listing;
    },
    set listing(value) {
      hub.listing = value;
    },
  };
}

/** As the Hub does: 206 with a range, else 200. */
export const serve: Fault = (response, { content, from }) => {
  head(response, content, from);
  response.end(content.subarray(from));
};

/** Sends `bytes` more bytes, then breaks the connection. */
export function cutAfter(bytes: number): Fault {
  return (response, { content, from }) => {
    head(response, content, from);
    response.write(content.subarray(from, from + bytes), () => response.socket?.destroy());
  };
}

/** A server that knows no ranges: all from the start, until `upTo`. */
export function ignoringRange(upTo: number): Fault {
  return (response, { content }) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, upTo), () => (upTo < content.length ? response.socket?.destroy() : response.end()));
  };
}

/** The right length, some bytes changed. */
export const wrongBytes: Fault = (response, { content, from }) => {
  const changed = Buffer.from(content);
  for (let i = 7; i < changed.length; i += 1000) changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
  serve(response, { content: changed, from, request: response.req });
};

export function answering(status: number, headers: Record<string, string> = {}): Fault {
  return (response) => {
    response.writeHead(status, headers).end('no');
  };
}

function head(response: ServerResponse, content: Buffer, from: number): void {
  if (from === 0) response.writeHead(200, { 'content-length': content.length });
  else {
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(206, { 'content-length': content.length - from, 'content-range': range });
  }
}

/** As `GET /api/models/{repo}/revision/{revision}?blobs=true` answers, as far as it is read. */
function listingOf(files: ReadonlyMap<string, Buffer>): Listing {
  const siblings = [...files].map(([rfilename, content]) => {
    const blobId = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    const sha256 = createHash('sha256').update(content).digest('hex');
    const isLarge = rfilename.endsWith('.safetensors') || rfilename.endsWith('.onnx') || rfilename.endsWith('.bin');
    const lfs = isLarge ? { lfs: { sha256, size: content.length, pointerSize: 134 } } : {};
    return { rfilename, size: content.length, blobId, ...lfs };
  });
  return { sha: commit, siblings };
}
