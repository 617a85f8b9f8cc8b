/**
 * @file Side files: the quantised weights of a checkpoint, made once and found again. A package is a folder with `weights.bin` and
 * `package.json`; it gets its name when it is complete, so whatever bears the name was finished.
 */
import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../core/api/errors.ts';
import type { Layout, QuantisedKind, SideEntry, WeightToQuantise } from './quantise-layout.ts';
import { layOut } from './quantise-layout.ts';
import {
  findPackage,
  installPackage,
  removeAbandoned,
  requireSpace,
  sealPackage,
  unfinishedFolder,
  weightsFile,
} from './quantise-package.ts';
import { runJobs } from './quantise-threads.ts';
import type { QuantiseJob } from './quantise-worker.ts';

export type { QuantisedKind, SideEntry, WeightToQuantise } from './quantise-layout.ts';

export type SideFile = {
  /** Absolute real path. */
  readonly file: string;
  /** By `name#int8`, `name#int8.scale`, `name#int4`, `name#int4.scale`. */
  readonly entries: ReadonlyMap<string, SideEntry>;
};

export type QuantiseOptions = {
  readonly kind: QuantisedKind;
  /** Folder of all packages; made if it is not there. */
  readonly cache: string;
  /** Identity of the weights: revisions of checkpoint and adapter. Part of a folder's name. */
  readonly key: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the side file. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
};

/** Counts up when the arithmetic or the layout changes: packages of another number are not looked at. */
const formatVersion = 1;

/**
 * The side file of these weights: found in the cache, or made there. Several processes may ask for the same one at once; each makes its own
 * and the first to finish wins.
 * Throws `disk-full`, `model-invalid` (a weight that is damaged or no matrix), `model-missing` (a file is gone), the signal's reason.
 */
export async function quantised(weights: readonly WeightToQuantise[], options: QuantiseOptions): Promise<SideFile> {
  const { kind, key, signal } = options;
  if (!/^[\w.-]+$/.test(key)) throw new AppError('internal', `"${key}" cannot be part of a folder's name.`);
  signal?.throwIfAborted();
  const layout = layOut(weights, kind);
  const cache = await cacheFolder(options.cache);
  const folder = path.join(cache, `${key}-${kind}-${formatVersion}`);
  if (!(await findPackage(folder, layout))) await make(weights, layout, folder, options);
  options.onProgress?.(layout.bytes, layout.bytes);
  return { file: weightsFile(folder), entries: layout.entries };
}

/** Real, because ONNX Runtime refuses weights behind links. */
async function cacheFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await realpath(folder);
  } catch (cause) {
    throw new AppError('permission-denied', `The folder ${folder} for prepared weights cannot be made.`, { cause });
  }
}

async function make(
  weights: readonly WeightToQuantise[],
  layout: Layout,
  folder: string,
  { kind, signal, onProgress }: QuantiseOptions,
): Promise<void> {
  await removeAbandoned(folder);
  await requireSpace(path.dirname(folder), layout.bytes);
  const unfinished = unfinishedFolder(folder);
  await mkdir(unfinished);
  try {
    const file = await open(weightsFile(unfinished), 'wx');
    try {
      await file.truncate(layout.bytes);
      let done = 0;
      await runJobs(jobsFor(weights, layout, kind, file), {
        signal,
        onWritten(bytes) {
          done += bytes;
          onProgress?.(done, layout.bytes);
        },
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await sealPackage(unfinished, layout);
    await installPackage(unfinished, folder, layout);
  } catch (error) {
    throw isNoSpace(error)
      ? new AppError('disk-full', `The disk of ${folder} filled up while the weights were prepared. Free ${gigabytes(layout.bytes)}.`, {
          cause: error,
        })
      : error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function jobsFor(weights: readonly WeightToQuantise[], layout: Layout, kind: QuantisedKind, file: FileHandle): QuantiseJob[] {
  const offsetOf = (name: string) => layout.entries.get(name)?.offset ?? Number.NaN;
  return weights.map((weight) => ({
    weight,
    kind,
    file: file.fd,
    offset: offsetOf(`${weight.name}#${kind}`),
    scaleOffset: offsetOf(`${weight.name}#${kind}.scale`),
  }));
}

function isNoSpace(error: unknown): boolean {
  return error instanceof Error && (('code' in error && error.code === 'ENOSPC') || error.message.startsWith('ENOSPC'));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
