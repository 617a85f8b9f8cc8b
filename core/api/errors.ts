/**
 * @file The one error shape. `instanceof` dies at a process boundary, a code does not.
 * The message names the value and the allowed choices; `cause` is kept for the log and never sent.
 */

export const errorCodes = [
  'bad-request', // wrong input: a flag, a query, a filter
  'not-found', // no such item, folder, picture, model
  'folder-missing', // the path does not exist or is not a folder
  'permission-denied',
  'unreadable-file', // truncated, mislabelled, encrypted, unsupported
  'too-large', // over the megapixel, byte, page or time cap
  'library-busy', // another process holds the library
  'library-newer', // made by a newer version
  'library-damaged', // library.db fails its integrity check
  'disk-full',
  'model-missing',
  'model-invalid', // a checkpoint that cannot be used: damaged, of an unknown architecture, with an unsupported option
  'download-failed', // the network, the server or a checksum
  'engine-failed', // the embedder died or gave a wrong answer
  'unavailable', // starting, stopping, or not possible on this machine
  'cancelled',
  'unauthorised',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export type WireError = { code: ErrorCode; message: string };

export class AppError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AppError';
    this.code = code;
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return errorCodes.includes(value as ErrorCode);
}

/** True for an AppError of this code, also one that came over a process boundary as a WireError. */
export function hasCode(error: unknown, code: ErrorCode): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}

/** What may cross a boundary. Anything but an AppError becomes `internal`, its details stay on this side. */
export function toWire(error: unknown): WireError {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  if (isAbort(error)) return { code: 'cancelled', message: 'cancelled' };
  return { code: 'internal', message: 'Something went wrong inside Oneword. The log has the details.' };
}

export function fromWire(wire: WireError): AppError {
  return new AppError(isErrorCode(wire.code) ? wire.code : 'internal', wire.message);
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
