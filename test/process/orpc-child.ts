/** @file A child process that serves an oRPC router over its raw port. */
import { os } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import { z } from 'zod';
import { serveChild } from '../../core/process/serve.ts';

const router = {
  add: os.input(z.object({ a: z.number(), b: z.number() })).handler(({ input }) => input.a + input.b),
  count: os.handler(async function* () {
    yield 1;
    yield 2;
    yield 3;
  }),
};

serveChild((_args: undefined, parent) => {
  new RPCHandler(router).upgrade(parent.port);
  return {};
});
