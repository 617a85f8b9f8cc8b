/** @file The contract over the web host's `Request -> Response` function, without a socket. */
import { RPCLink } from '@orpc/client/fetch';
import { createClient, receiveErrors } from '../../core/api/rpc.ts';
import { openLibrary } from '../../engine/library.ts';
import { createWebApp } from '../../server/web.ts';
import { contractSuite } from './suite.ts';

contractSuite('the request handler', async (directory) => {
  const library = await openLibrary({ directory, activity: 'watch' });
  const token = 'a-token-for-the-suite';
  const app = createWebApp({ library, token });
  const headers = { authorization: `Bearer ${token}` };
  const link = new RPCLink({
    url: 'http://127.0.0.1:4242/api',
    headers,
    fetch: async (request) => app.fetch(request),
    interceptors: [receiveErrors],
  });
  return { client: createClient(link), close: () => library.close() };
});
