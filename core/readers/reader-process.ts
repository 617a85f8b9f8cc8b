/**
 * @file A reader process: decodes untrusted files one at a time and may die of them. Started by pool.ts.
 */

import { setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { type CallContext, serveChild } from '../process/serve.ts';
import { hashFile } from './file-bytes.ts';
import { closeExiftool } from './raw.ts';
import { readPicture, writePreview } from './read.ts';
import type { ReaderLimits, ReadJob } from './reader.ts';

export type ReaderArgs = { readonly limits: ReaderLimits };

export type ReaderMethods = ReturnType<typeof methods>;
const methods = ({ limits }: ReaderArgs) => ({
  hash: (path: string, { signal }: CallContext) => hashFile(path, signal),
  read: (job: ReadJob) => readPicture(job, limits),
  preview: ({ path, target, side }: { path: string; target: string; side: number }) => writePreview(path, target, side, limits),
});

setPriority(5); // the user's own programs go first

// Pixels live outside V8's heap, and every few pictures their sum makes it collect. The heap itself is small, so one short stop is cheaper
// than marking in steps, which took a seventh of a reader's time. Nobody waits for this process's event loop.
setFlagsFromString('--no-incremental-marking');

serveChild((args: ReaderArgs, parent) => {
  parent.onClose(closeExiftool);
  return methods(args);
});
