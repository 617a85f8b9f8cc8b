/**
 * @file Pictures by opaque id, as one `Request -> Response` function: a route of the web server, `protocol.handle` in the desktop app.
 * `GET /thumb/<id>`, `/preview/<id>`, `/media/<id>` (each `?v=<version>` is cached for good), `POST /query-picture`, and what was posted as
 * `GET /query-picture/<id>/thumb` and `/preview`.
 */
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { AppError, fromWire, toWire } from '../core/api/errors.ts';
import { itemId, uploadId } from '../core/api/query.ts';
import { statusOf } from '../core/api/rpc.ts';

/** Copies for the eye, of two sizes. */
export type SmallKind = 'thumb' | 'preview';
export type MediaKind = SmallKind | 'media';

/** A file that may be shown: checked to lie under a watched folder, or made by us. */
export type MediaFile = { readonly path: string; readonly contentType: string; readonly version: string; readonly name: string };

export type MediaSource = {
  media(id: string, kind: MediaKind): Promise<MediaFile>;
  /** A picture that was handed over to search with. */
  queryPicture(id: string, kind: SmallKind): Promise<MediaFile>;
  savePicture(bytes: AsyncIterable<Uint8Array>): Promise<string>;
};

const atOnceBytes = 128 * 1024;

/** A picture of the user's may be an SVG with scripts: opened by itself it must not act in our name. */
const inert = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** Answers undefined where the request is not about pictures. */
export function createMediaHandler(source: MediaSource): (request: Request) => Promise<Response | undefined> {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const [, route, id, ...rest] = pathname.split('/');
    try {
      if (pathname === '/query-picture') return await upload(source, request);
      if (route !== 'thumb' && route !== 'preview' && route !== 'media' && route !== 'query-picture') return undefined;
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } });
      if (route === 'query-picture') {
        const [kind, ...more] = rest;
        const isOne = uploadId.safeParse(id).success && (kind === 'thumb' || kind === 'preview') && more.length === 0;
        if (!isOne) throw new AppError('not-found', 'There is no such picture.');
        // Asked for each time: whoever still has a copy should hear that the picture is gone.
        return await sendFile(request, await source.queryPicture(id ?? '', kind), kind, null);
      }
      if (rest.length > 0 || !itemId.safeParse(id).success) throw new AppError('not-found', 'There is no such picture.');
      return await sendFile(request, await source.media(id ?? '', route), route, searchParams.get('v'));
    } catch (error) {
      return errorResponse(error);
    }
  };
}

async function sendFile(request: Request, media: MediaFile, kind: MediaKind, wanted: string | null): Promise<Response> {
  const tag = `"${kind}-${media.version}"`;
  const headers = {
    'content-type': media.contentType,
    'content-security-policy': inert,
    'content-disposition': `inline; filename*=UTF-8''${encodeURIComponent(media.name.toWellFormed())}`,
    'cache-control': wanted === media.version ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    etag: tag,
  };
  if (request.headers.get('if-none-match') === tag) return new Response(null, { status: 304, headers });
  const file = await open(media.path).catch((error: unknown) => {
    throw new AppError('not-found', 'The file of this picture cannot be opened. Is its drive connected?', { cause: error });
  });
  const { size } = await file.stat();
  const head = { ...headers, 'content-length': String(size) };
  if (request.method === 'HEAD' || size === 0) {
    await file.close();
    return new Response(null, { headers: head });
  }
  // A wall asks for dozens at once: a stream for each takes longer than all of its bytes.
  if (size <= atOnceBytes) {
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(size), 0, size, 0);
      return new Response(buffer.subarray(0, bytesRead), { headers: { ...head, 'content-length': String(bytesRead) } });
    } finally {
      await file.close();
    }
  }
  // `end`: a file that grows meanwhile must not send more than the length that was announced.
  const stream = file.createReadStream({ end: size - 1, highWaterMark: 256 * 1024 });
  return new Response(Readable.toWeb(stream) as ReadableStream<Uint8Array>, { headers: head });
}

async function upload(source: MediaSource, request: Request): Promise<Response> {
  if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
  const type = request.headers.get('content-type') ?? '';
  if (!/^(image\/|application\/octet-stream)/.test(type)) {
    return refusal(415, 'bad-request', `A picture is sent as image/* or application/octet-stream, not as "${type}".`);
  }
  if (!request.body) throw new AppError('unreadable-file', 'The picture to search with is empty.');
  return Response.json({ id: await source.savePicture(request.body) });
}

export function errorResponse(error: unknown): Response {
  const wire = toWire(error);
  if (wire.code === 'internal') console.error(error);
  return refusal(statusOf(wire.code), wire.code, wire.message);
}

export function refusal(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status, headers: { 'cache-control': 'no-store' } });
}

/** The error in an answer that is not ok, for callers of these routes. */
export async function errorOf(response: Response): Promise<AppError> {
  const body: unknown = await response.json().catch(() => undefined);
  const { code, message } = (body ?? {}) as { code?: string; message?: string };
  return fromWire({ code: (code ?? 'internal') as AppError['code'], message: message ?? `The answer was ${response.status}.` });
}
