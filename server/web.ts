/**
 * @file The web host: the page, the contract under /api, pictures by id. Binds to loopback unless told otherwise; see security.ts.
 * `createWebApp` is `Request -> Response` and needs no socket; `startWebServer` gives it one.
 */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { RPCHandler } from '@orpc/server/fetch';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../core/api/errors.ts';
import { sendErrors } from '../core/api/rpc.ts';
import type { Library } from '../engine/library.ts';
import { createMediaHandler, errorResponse, refusal } from '../engine/media.ts';
import { pipeTo } from '../engine/pipe.ts';
import { defaultPort, hostNames } from './addresses.ts';
import { addSecurityHeaders, checkHostAndOrigin, checkToken } from './security.ts';
import { createStaticHandler } from './static-files.ts';

export type WebOptions = {
  readonly library: Pick<Library, 'client' | 'media' | 'queryPicture' | 'savePicture'>;
  readonly token: string;
  /** What the server listens on; decides under which names it may be addressed. */
  readonly host?: string;
  /** The built page. */
  readonly page?: string;
};

const builtPage = path.resolve(import.meta.dirname, '../dist/renderer');

export function createWebApp({ library, token, host = '127.0.0.1', page = builtPage }: WebOptions): Hono {
  const rpc = new RPCHandler(pipeTo(library.client), { clientInterceptors: [sendErrors(console.error)] });
  const media = createMediaHandler(library);
  const files = createStaticHandler(page);

  const app = new Hono();
  app.onError((error) => errorResponse(error));
  app.use(addSecurityHeaders, checkHostAndOrigin(hostNames(host)), checkToken(token));
  app.all('/api/*', requireJsonPost, bodyLimit({ maxSize: 4 * 1024 ** 2, onError: tooLong }), async (context) => {
    const { matched, response } = await rpc.handle(context.req.raw, { prefix: '/api', context: {} });
    return matched ? noStore(response) : refusal(404, 'not-found', `There is no such method: ${context.req.path.slice('/api/'.length)}`);
  });
  app.all('*', async (context) => (await media(context.req.raw)) ?? (await files(context.req.raw)));
  return app;
}

/** A page of another site can make a browser POST a form or plain text here, but not JSON. */
async function requireJsonPost(context: { req: { method: string; header(name: string): string | undefined } }, next: () => Promise<void>) {
  if (context.req.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } });
  if (!/^application\/json\s*(;|$)/i.test(context.req.header('content-type') ?? '')) {
    return refusal(415, 'bad-request', 'Methods are called with POST and application/json.');
  }
  return next();
}

function tooLong(): Response {
  return refusal(413, 'too-large', 'The request is too long.');
}

function noStore(response: Response): Response {
  response.headers.set('cache-control', 'no-store');
  return response;
}

export type WebServer = { readonly url: string; readonly token: string; close(): Promise<void> };

export type ServerOptions = Omit<WebOptions, 'token'> & {
  /** 0 = any free port; absent = 4242 or, where that is taken, the next free one. */
  readonly port?: number;
  /** Absent = a new random one. */
  readonly token?: string;
};

export async function startWebServer({
  port,
  token = randomBytes(24).toString('base64url'),
  ...options
}: ServerOptions): Promise<WebServer> {
  const { host = '127.0.0.1' } = options;
  const app = createWebApp({ ...options, token });
  const candidates = port === undefined ? [...Array(20).keys()].map((i) => defaultPort + i).concat(0) : [port];
  const server = createAdaptorServer({ fetch: app.fetch, autoCleanupIncoming: true });
  const bound = await listen(server, candidates, host);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Event streams stay open until somebody ends them.
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

async function listen(server: ReturnType<typeof createAdaptorServer>, ports: readonly number[], host: string): Promise<number> {
  for (const port of ports) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject).listen(port, host, () => resolve());
    try {
      await promise;
      server.off('error', reject);
      return (server.address() as AddressInfo).port;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE') throw new AppError('unavailable', `Cannot listen on ${host}:${port} (${message}).`, { cause: error });
    }
  }
  throw new AppError('unavailable', `Port ${ports[0]} on ${host} is taken. Choose another one with --port, or 0 for any free one.`);
}
