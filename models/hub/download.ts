/**
 * @file Brings one file of a repository onto the disk: into `<file>.part`, over as many connections as it takes, and to its name only
 * when every byte is what the listing's checksum says. Whatever ends it, what has arrived is kept and gone on from.
 */
import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import { sizeOf } from './absent.ts';
import type { HubClient } from './hub-client.ts';
import type { RepoFile } from './listing.ts';
import { Interruption, type Patience, persist } from './patience.ts';
import type { Meter } from './progress.ts';

export type DownloadOptions = {
  readonly hub: HubClient;
  readonly repo: string;
  readonly commit: string;
  /** Where the files go. It exists. */
  readonly directory: string;
  readonly meter: Meter;
  readonly patience: Patience;
  readonly signal?: AbortSignal | undefined;
};

/** Throws `download-failed`, `disk-full`, or what the signal's end makes. */
export async function downloadFile(file: RepoFile, options: DownloadOptions): Promise<void> {
  const { directory, meter } = options;
  const target = path.join(directory, file.name);
  if (await isWhole(target, file, options)) return;
  for (let round = 1; ; round++) {
    if (await fill(`${target}.part`, file, options)) break;
    await rm(`${target}.part`);
    if (round === 2) {
      throw new AppError(
        'download-failed',
        `${file.name} of ${options.repo} came with wrong bytes twice (its checksum differs). The server or a proxy on the way sends something else; try later or another HF_ENDPOINT.`,
      );
    }
    meter.note(file.name, `${file.name} came with wrong bytes and is fetched again`);
  }
  await rename(`${target}.part`, target);
}

/** Bytes of the file that an earlier run left. */
export async function bytesHere(directory: string, { name, bytes }: RepoFile): Promise<number> {
  const target = path.join(directory, name);
  const whole = await sizeOf(target);
  return Math.min(bytes, whole === bytes ? whole : ((await sizeOf(`${target}.part`)) ?? 0));
}

/** True for a file with the listed bytes; one with others is removed, since it is of another commit or damaged. */
async function isWhole(target: string, file: RepoFile, { meter, signal }: DownloadOptions): Promise<boolean> {
  const size = await sizeOf(target);
  if (size === undefined) return false;
  if (size === file.bytes) {
    const hash = hashOf(file);
    await readInto(hash, createReadStream(target), (bytes) => meter.found(file.name, bytes), signal);
    if (hash.digest('hex') === file.checksum.hex) return true;
    meter.lost(file.name, size);
  }
  await rm(target);
  return false;
}

/** Fills the part to its full length and answers whether its checksum is right. It is on the disk then. */
async function fill(part: string, file: RepoFile, options: DownloadOptions): Promise<boolean> {
  const handle = await open(part, constants.O_RDWR | constants.O_CREAT);
  try {
    const { meter, patience, signal } = options;
    const arriving = { handle, hash: hashOf(file), have: (await handle.stat()).size };
    if (arriving.have > file.bytes) {
      await handle.truncate(0);
      arriving.have = 0;
    }
    if (arriving.have > 0) {
      const there = handle.createReadStream({ autoClose: false, start: 0, end: arriving.have - 1 });
      await readInto(arriving.hash, there, (bytes) => meter.found(file.name, bytes), signal);
    }
    await persist(() => receive(arriving, file, options), {
      patience,
      position: () => arriving.have,
      onWait: (sentence) => meter.note(file.name, sentence),
      signal,
    });
    await handle.sync();
    if (arriving.have === file.bytes && arriving.hash.digest('hex') === file.checksum.hex) return true;
    meter.lost(file.name, arriving.have);
    return false;
  } finally {
    await handle.close();
  }
}

type Arriving = { readonly handle: FileHandle; readonly hash: Hash; have: number };

/** One connection: appends what comes. Throws Interruption when it ends too early; stops short where the server's file is shorter. */
async function receive(arriving: Arriving, file: RepoFile, { hub, repo, commit, meter, signal }: DownloadOptions): Promise<void> {
  if (arriving.have === file.bytes) return;
  const what = `${file.name} of ${repo}`;
  const url = `${hub.endpoint}/${repo}/resolve/${commit}/${file.name.split('/').map(encodeURIComponent).join('/')}`;
  const response = await hub.get(url, { what, repo, signal, ...(arriving.have > 0 ? { from: arriving.have } : {}) });
  if (response.statusCode === 416) {
    response.resume();
    return;
  }
  let known = arriving.have - startOf(response, arriving.have, what);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      // A server that knows no ranges sends all from the start: what is here already is passed over.
      const fresh = chunk.subarray(Math.min(known, chunk.length), known + file.bytes - arriving.have);
      known = Math.max(0, known - chunk.length);
      if (fresh.length === 0) continue;
      await append(arriving, fresh);
      meter.received(file.name, fresh.length);
      if (arriving.have === file.bytes) return;
    }
  } catch (error) {
    if (error instanceof AppError || signal?.aborted) throw error;
    throw new Interruption(`the connection was cut within ${what}`, { cause: error });
  }
  throw new Interruption(`${what} ended ${file.bytes - arriving.have} bytes too early`);
}

/** The first byte of the answer, counted from the start of the file. */
function startOf(response: IncomingMessage, have: number, what: string): number {
  if (response.statusCode === 200) return 0;
  const start = Number(/^bytes (\d+)-/.exec(response.headers['content-range'] ?? '')?.[1] ?? Number.NaN);
  if (start <= have) return start;
  response.destroy();
  throw new Interruption(
    `${what} was asked for from byte ${have}, and the server answers ${response.headers['content-range'] ?? response.statusCode}`,
  );
}

async function append(arriving: Arriving, bytes: Buffer): Promise<void> {
  try {
    for (let written = 0; written < bytes.length; ) {
      const rest = bytes.subarray(written);
      written += (await arriving.handle.write(rest, 0, rest.length, arriving.have + written)).bytesWritten;
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'ENOSPC' && code !== 'EDQUOT')
      throw new AppError('download-failed', `What arrives cannot be written (${code}).`, { cause });
    throw new AppError('disk-full', 'The disk is full. What has arrived is kept: free some space and start the same download again.', {
      cause,
    });
  }
  arriving.hash.update(bytes);
  arriving.have += bytes.length;
}

/** Git hashes a blob with its length before it. */
function hashOf({ checksum, bytes }: RepoFile): Hash {
  return checksum.kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${bytes}\0`);
}

async function readInto(
  hash: Hash,
  stream: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const chunk of stream) {
    signal?.throwIfAborted();
    hash.update(chunk);
    onBytes(chunk.length);
  }
}
