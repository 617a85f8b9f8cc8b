/**
 * @file A host's end of the contract: procedures that hand every call on to a client. The keys of the contract are the allow-list;
 * inputs and outputs are checked once, where the method is implemented, so a call is not validated a second time on its way.
 */
import { os } from '@orpc/server';
import { contract, type MethodName } from '../core/api/contract.ts';
import type { Client } from '../core/api/rpc.ts';

type AnyCall = (input: unknown, options: { signal?: AbortSignal }) => Promise<unknown>;

export const methodNames = Object.keys(contract) as MethodName[];

export function pipeTo(client: Client): Record<MethodName, ReturnType<typeof hand>> {
  // The client is a proxy with a function for every method; what a call takes and answers is none of the pipe's business.
  return Object.fromEntries(methodNames.map((name) => [name, hand(client[name] as AnyCall)])) as Record<
    MethodName,
    ReturnType<typeof hand>
  >;
}

function hand(call: AnyCall) {
  return os.handler(({ input, signal }) => call(input, signal ? { signal } : {}));
}
