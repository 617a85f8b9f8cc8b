/** @file The one way to the engine: the contract's client, and TanStack Query options derived from it. */
import { RPCLink } from '@orpc/client/fetch';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { QueryClient } from '@tanstack/react-query';
import { createClient, receiveErrors } from '../../core/api/rpc.ts';
import { problemCode } from './problem.ts';

export const api = createClient(new RPCLink({ url: `${window.location.origin}/api`, interceptors: [receiveErrors] }));

export const queries = createTanstackQueryUtils(api);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say what changed; the window's focus says nothing, and "offline" says nothing about this machine.
      refetchOnWindowFocus: false,
      networkMode: 'always',
      staleTime: 30_000,
      // Only a missing answer is worth asking again: an error that was answered stays the same.
      retry: (failures, error) => failures < 2 && problemCode(error) === 'gone',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
