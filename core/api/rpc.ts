/**
 * @file The two ends of a call: the typed client over any transport, and errors on their way across, both ways, in one place.
 * A caller catches AppError with one of our codes, whatever lay between: a socket, a message port or nothing.
 */
import { type ClientContext, type ClientLink, createORPCClient, mapEventIterator, ORPCError } from '@orpc/client';
import { type ContractRouterClient, ValidationError } from '@orpc/contract';
import type { Contract } from './contract.ts';
import { AppError, type ErrorCode, isAbort, isErrorCode, toWire } from './errors.ts';

/** Every method of the contract as an async function; `events` answers an async iterator. */
export type Client = ContractRouterClient<Contract>;

/** HTTP status of each code; the first code of a status is what a bare status means. */
const statuses: Record<ErrorCode, number> = {
  'bad-request': 400,
  unauthorised: 401,
  'permission-denied': 403,
  'not-found': 404,
  'folder-missing': 404,
  'library-busy': 409,
  'library-newer': 409,
  'too-large': 413,
  'unreadable-file': 422,
  cancelled: 499,
  internal: 500,
  'library-damaged': 500,
  'engine-failed': 502,
  unavailable: 503,
  'model-missing': 503,
  'model-invalid': 422,
  'download-failed': 502,
  'disk-full': 507,
};

export function statusOf(code: ErrorCode): number {
  return statuses[code];
}

/** `createClient(new RPCLink({ url, interceptors: [receiveErrors] }))` */
export function createClient(link: ClientLink<ClientContext>): Client {
  return createORPCClient(link);
}

type Interceptable = { next(): Promise<unknown>; signal?: AbortSignal | undefined };

/** Interceptor of a link: whatever comes back wrong is an AppError; `cancelled` where the caller itself has given up, for any reason. */
export async function receiveErrors({ next, signal }: Interceptable): Promise<unknown> {
  return mapErrors(next, (error) => (signal?.aborted ? new AppError('cancelled', 'cancelled', { cause: error }) : fromCall(error)));
}

/** Interceptor of procedures: whatever goes wrong is sent as our code and message; `log` gets what must stay on this side. */
export function sendErrors(log: (error: unknown) => void): (options: Interceptable) => Promise<unknown> {
  return ({ next }) => mapErrors(next, (error) => toRpcError(error, log));
}

/** Runs a call and maps what it throws, also later on, while its events are being read. */
export async function mapErrors(next: () => Promise<unknown>, map: (error: unknown) => Error): Promise<unknown> {
  try {
    const output = await next();
    if (!isAsyncIterator(output)) return output;
    return mapEventIterator(output, { value: async (value) => value, error: async (error) => map(error) });
  } catch (error) {
    throw map(error);
  }
}

function isAsyncIterator(value: unknown): value is AsyncIterator<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value;
}

function toRpcError(error: unknown, log: (error: unknown) => void): Error {
  const known = error instanceof ORPCError ? fromRpcError(error) : error;
  const wire = toWire(known);
  if (wire.code === 'internal') log(error);
  return new ORPCError(wire.code, { status: statusOf(wire.code), message: wire.message, cause: error });
}

/** An error as a caller of the client should see it. */
export function fromCall(error: unknown): Error {
  if (error instanceof AppError) return error;
  if (error instanceof ORPCError) return fromRpcError(error);
  if (isAbort(error)) return new AppError('cancelled', 'cancelled', { cause: error });
  // `fetch` reports every failure of the network as a TypeError.
  if (error instanceof TypeError) return new AppError('unavailable', 'Oneword does not answer. Is it still running?', { cause: error });
  return new AppError('internal', error instanceof Error ? error.message : String(error), { cause: error });
}

function fromRpcError(error: ORPCError<string, unknown>): AppError {
  if (isErrorCode(error.code)) return new AppError(error.code, error.message, { cause: error });
  if (error.code === 'BAD_REQUEST') return new AppError('bad-request', explain(error), { cause: error });
  const code = codeOfStatus(error.status);
  return new AppError(code, code === 'not-found' ? 'There is no such method.' : error.message, { cause: error });
}

function codeOfStatus(status: number): ErrorCode {
  const found = Object.entries(statuses).find(([, known]) => known === status)?.[0];
  return isErrorCode(found) ? found : 'internal';
}

/** What a schema did not like, field by field. */
function explain(error: ORPCError<string, unknown>): string {
  if (!(error.cause instanceof ValidationError)) return error.message;
  return error.cause.issues
    .map((issue) => {
      const at = issue.path?.map((part) => (typeof part === 'object' ? part.key : part)).join('.');
      return at ? `${at}: ${issue.message}` : issue.message;
    })
    .join('; ');
}
