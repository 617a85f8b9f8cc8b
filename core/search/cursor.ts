/**
 * @file Cursors: where a page ended, in which answer, to which query. Opaque to whoever holds one.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../api/errors.ts';

export type Cursor = {
  /** Of the query. */
  readonly fingerprint: string;
  /** Of the answer that the page was cut from. */
  readonly snapshot: string;
  /** What the key is of: a space, or 0 for parts. */
  readonly of: number;
  /** Last place that was shown, in the order of that answer. */
  readonly index: number;
  readonly key: number;
  /** Last of the files that share this key. */
  readonly fileId: number;
};

export function fingerprintOf(asked: unknown): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16);
}

export function writeCursor(cursor: Cursor): string {
  return [cursor.fingerprint, cursor.snapshot, cursor.of, cursor.index, cursor.key, cursor.fileId].join('.');
}

/** Throws bad-request when the cursor is not one, or belongs to another query. */
export function readCursor(text: string, fingerprint: string): Cursor {
  const match = /^([0-9a-f]{16})\.([0-9a-f]{16})\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})\.(\d{1,15})$/.exec(text);
  if (match === null) throw new AppError('bad-request', `"${text}" is not a cursor. Leave it out to get the first page.`);
  const [, asked = '', snapshot = '', of, index, key, fileId] = match;
  if (asked !== fingerprint) throw new AppError('bad-request', 'This cursor belongs to another query. Leave it out to get the first page.');
  return { fingerprint, snapshot, of: Number(of), index: Number(index), key: Number(key), fileId: Number(fileId) };
}
