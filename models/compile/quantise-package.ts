/** @file The folder of a side file: looked at before it is trusted, put in its place in one step, cleared away when its maker died. */
import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import type { Layout } from './quantise-layout.ts';

const description = 'package.json';

/** What else the disk needs while we write. */
const spaceToSpare = 64 * 1024 * 1024;

/** A package is checked by pieces spread over it: milliseconds, where reading 7 GB takes seconds, and lost pages show all the same. */
const samples = 256;
const sampleBytes = 4096;

/** What follows the package's name while it is made: the process that makes it, and chance. */
const unfinishedName = /^\.(?<maker>\d+)\.[0-9a-f]{8}\.part(?:\.damaged)?$/;

/** A place beside the package, on the same disk, for this process to make it in. */
export function unfinishedFolder(folder: string): string {
  return `${folder}.${process.pid}.${randomBytes(4).toString('hex')}.part`;
}

export function weightsFile(folder: string): string {
  return path.join(folder, 'weights.bin');
}

/** Whether the folder holds a package of this layout, whole. False for a damaged one: it is made anew. */
export async function findPackage(folder: string, layout: Layout): Promise<boolean> {
  const text = await readFile(path.join(folder, description), 'utf8').catch(undefinedWhereAbsent);
  if (text === undefined) return false;
  const found = await stat(weightsFile(folder)).catch(undefinedWhereAbsent);
  if (found?.size !== layout.bytes) return false;
  return text === describe(layout, await sampled(folder, layout.bytes));
}

/** Writes the description of a finished `weights.bin` beside it. */
export async function sealPackage(folder: string, layout: Layout): Promise<void> {
  await writeFile(path.join(folder, description), describe(layout, await sampled(folder, layout.bytes)), { flush: true });
}

function describe({ bytes, entries }: Layout, sha256OfSamples: string): string {
  return `${JSON.stringify({ bytes, samples: { count: samples, bytes: sampleBytes, sha256: sha256OfSamples }, entries: Object.fromEntries(entries) })}\n`;
}

async function sampled(folder: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(weightsFile(folder));
  try {
    const piece = new Uint8Array(sampleBytes);
    for (let i = 0; i < samples; i++) {
      const position = Math.floor((Math.max(0, bytes - sampleBytes) * i) / (samples - 1));
      const { bytesRead } = await file.read(piece, 0, sampleBytes, position);
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Puts a finished package in its place. Where another process was faster its package stays; a damaged one gives way. */
export async function installPackage(finished: string, folder: string, layout: Layout): Promise<void> {
  if (await moved(finished, folder)) return;
  if (await findPackage(folder, layout)) return;
  const damaged = `${finished}.damaged`;
  try {
    await rename(folder, damaged).catch(undefinedWhereAbsent);
    if ((await moved(finished, folder)) || (await findPackage(folder, layout))) return;
  } finally {
    await rm(damaged, { recursive: true, force: true });
  }
  throw new AppError('unavailable', `The prepared weights in ${folder} were replaced by others meanwhile. Try again.`);
}

/** False if there is something at the new place already. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    // Windows says EPERM for a folder that exists.
    if (hasErrno(error, 'ENOTEMPTY', 'EEXIST', 'EPERM') && (await stat(to).catch(undefinedWhereAbsent))) return false;
    throw error;
  }
}

/** Removes what makers of this package left behind that were killed in the middle. */
export async function removeAbandoned(folder: string): Promise<void> {
  const name = path.basename(folder);
  for (const other of await readdir(path.dirname(folder))) {
    const maker = other.startsWith(name) ? unfinishedName.exec(other.slice(name.length))?.groups?.maker : undefined;
    if (maker !== undefined && !isAlive(Number(maker))) await rm(path.join(path.dirname(folder), other), { recursive: true, force: true });
  }
}

/** Throws `disk-full` with what is needed and what there is. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= bytes + spaceToSpare) return;
  const megabytes = (count: number) => `${Math.ceil(count / 1e6).toLocaleString('en')} MB`;
  throw new AppError(
    'disk-full',
    `The prepared weights need ${megabytes(bytes + spaceToSpare)} in ${folder}, and only ${megabytes(free)} are free.`,
  );
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrno(error, 'EPERM');
  }
}

function undefinedWhereAbsent(error: unknown): undefined {
  if (!hasErrno(error, 'ENOENT', 'ENOTDIR')) throw error;
}

function hasErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
