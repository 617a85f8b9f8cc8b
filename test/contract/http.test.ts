/** @file The contract over a real socket, as scripts and other commands use it. */
import { openLibrary } from '../../engine/library.ts';
import { connect } from '../../server/session.ts';
import { startWebServer } from '../../server/web.ts';
import { contractSuite } from './suite.ts';

contractSuite('HTTP', async (directory) => {
  const library = await openLibrary({ directory, activity: 'watch' });
  const server = await startWebServer({ library, port: 0 });
  return {
    client: connect(server.url, server.token),
    close: async () => {
      await server.close();
      await library.close();
    },
  };
});
