/** @file The contract with nothing between: the service in this process. */
import { createRouterClient } from '@orpc/server';
import { receiveErrors, sendErrors } from '../../core/api/rpc.ts';
import { openService } from '../../engine/library-service.ts';
import { contractSuite } from './suite.ts';

contractSuite('direct calls', async (directory) => {
  const service = await openService({ directory, activity: 'watch' });
  const client = createRouterClient(service.router, { interceptors: [receiveErrors, sendErrors(console.error)] });
  return { client, close: () => service.close() };
});
