/** @file Installs an engine of the catalogue: lists, checks the space, downloads, proves, records. In this order, so that a kill at any point costs nothing. */
import { mkdir, readdir, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isAbort } from '../../core/api/errors.ts';
import { sizeOf, undefinedWhereAbsent } from './absent.ts';
import { bytesHere, downloadFile } from './download.ts';
import { type EngineKind, requireFitting } from './fitting.ts';
import { openHub } from './hub-client.ts';
import { changeSettings, type Installed, lockEngine, readInstalled, writeRecord } from './installed.ts';
import { type Listing, listRepo } from './listing.ts';
import { enginePlaces } from './models-home.ts';
import { defaultPatience, type Patience } from './patience.ts';
import { createMeter, type DownloadProgress } from './progress.ts';
import type { EngineSettings } from './settings.ts';
import { realFolder, requireTokenizer, requireUsable } from './usable.ts';

export type PullSource = {
  readonly id: string;
  readonly name: string;
  readonly repo: string;
  readonly revision: string;
  readonly architecture: string;
  readonly shape: { readonly kind: EngineKind };
  readonly exported?: 'int8';
};

export type PullOptions = {
  readonly home: string;
  /** For HF_ENDPOINT, HF_TOKEN and the proxies. */
  readonly env?: NodeJS.ProcessEnv;
  readonly settings?: Partial<EngineSettings>;
  /** Folder of a LoRA adapter to use with it. */
  readonly adapter?: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly patience?: Partial<Patience>;
  /** Bytes that are free where `directory` lies. */
  readonly freeBytes?: (directory: string) => Promise<number>;
};

/** What a disk needs to stay usable. */
const spareBytes = 256 * 1024 ** 2;

/**
 * Goes on where an earlier run stopped. Throws `download-failed`, `disk-full`, `cancelled`, `unavailable` (another process is at it),
 * `model-invalid` (it arrived, and is no checkpoint that can be used).
 */
export async function pull(source: PullSource, options: PullOptions): Promise<Installed> {
  const { home, signal, settings = {} } = options;
  const adapter = options.adapter === undefined ? undefined : await realFolder(options.adapter);
  // Before gigabytes come.
  const { architecture, shape } = source;
  const precisions = source.exported && { precisions: [source.exported] };
  requireFitting({ kind: shape.kind, architecture, ...precisions }, { ...settings, ...(adapter !== undefined && { adapter }) });
  const lock = await lockEngine(home, source.id);
  try {
    const before = await previous(home, source.id);
    if (before && before.problem === undefined) {
      if (adapter !== undefined) await requireUsable(before.directory, { adapter });
      return await changeSettings(home, source.id, settings, adapter);
    }
    const kept = { ...before?.settings, ...settings };
    return await install(source, { ...options, settings: kept, adapter: adapter ?? before?.adapter });
  } catch (error) {
    if (!isAbort(error) && !signal?.aborted) throw error;
    throw new AppError('cancelled', 'Stopped. What has arrived is kept, and the same download goes on from there.', { cause: error });
  } finally {
    await lock.release();
  }
}

/** Bytes of an engine that a download has brought so far and not finished; 0 where none was begun. */
export async function bytesPulled(home: string, id: string): Promise<number> {
  const { files } = enginePlaces(home, id);
  const entries = (await readdir(files, { recursive: true, withFileTypes: true }).catch(undefinedWhereAbsent)) ?? [];
  const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
  const sizes = await Promise.all(names.map(sizeOf));
  return sizes.reduce<number>((sum, size = 0) => sum + size, 0);
}

type Chosen = { readonly settings: Partial<EngineSettings>; readonly adapter: string | undefined };

async function install(source: PullSource, options: Omit<PullOptions, keyof Chosen> & Chosen): Promise<Installed> {
  const { home, env = process.env, signal, onProgress = () => undefined, settings, adapter } = options;
  const patience = { ...defaultPatience, ...options.patience };
  const { files: directory } = enginePlaces(home, source.id);
  const hub = openHub(env, patience.silenceMs);
  try {
    const waiting = (note: string) => onProgress({ phase: 'checking', done: 0, total: 0, rate: 0, secondsLeft: null, file: '', note });
    const listing = await listRepo(hub, source, { patience, signal, onWait: waiting });
    const bytes = listing.files.reduce((sum, file) => sum + file.bytes, 0);
    await mkdir(directory, { recursive: true });
    await requireSpace(listing, directory, options.freeBytes ?? freeBytes);
    const meter = createMeter(bytes, onProgress);
    // Small files first: what is wrong with a repository shows before the gigabytes come.
    for (const file of listing.files.toSorted((a, b) => a.bytes - b.bytes)) {
      await mkdir(path.dirname(path.join(directory, file.name)), { recursive: true });
      await downloadFile(file, { hub, repo: source.repo, commit: listing.commit, directory, meter, patience, signal });
    }
    await removeStrangers(listing, directory);
    const usable = await requireUsable(directory, { adapter });
    await requireTokenizer(directory);
    return await writeRecord(home, {
      version: 2,
      id: source.id,
      name: source.name,
      source: { repo: source.repo, commit: listing.commit },
      directory: path.basename(directory),
      ...(adapter === undefined ? {} : { adapter }),
      ...usable,
      settings: { ...usable.settings, ...settings },
      bytes,
      files: listing.files.map(({ name, bytes, checksum }) => ({ name, bytes, checksum })),
    });
  } finally {
    hub.close();
  }
}

/** The engine as it is installed, perhaps with a problem; undefined where it is not, or where its record is damaged. */
async function previous(home: string, id: string): Promise<Installed | undefined> {
  const before = await readInstalled(home, id).catch((error: unknown) => {
    if (error instanceof AppError && (error.code === 'not-found' || error.code === 'model-invalid')) return undefined;
    throw error;
  });
  if (!before || 'repo' in before.source) return before;
  throw new AppError('bad-request', `"${id}" is the id of an imported folder, ${before.directory}. Remove that engine first.`);
}

async function requireSpace({ repo, files }: Listing, directory: string, free: (directory: string) => Promise<number>): Promise<void> {
  const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let missing = all;
  for (const file of files) missing -= await bytesHere(directory, file);
  const available = await free(directory);
  if (missing === 0 || available >= missing + spareBytes) return;
  const gigabytes = (n: number) => `${(n / 1e9).toFixed(1)} GB`;
  throw new AppError(
    'disk-full',
    `${repo} still needs ${gigabytes(missing + spareBytes)} where ${directory} lies, and ${gigabytes(available)} are free. Free some space, or set ONEWORD_MODELS to a folder on a larger disk.`,
  );
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** Files of an earlier commit. A checkpoint is all that lies in its folder, so they must not. */
async function removeStrangers({ files }: Listing, directory: string): Promise<void> {
  const wanted = new Set(files.map(({ name }) => name.split('/')[0]));
  for (const name of await readdir(directory)) {
    if (!wanted.has(name)) await rm(path.join(directory, name), { recursive: true });
  }
}
