/** @file Whether everything that Oneword rests on is as it should be: library, index, engine, decoders, disk. Changes nothing. */
import { randomUUID } from 'node:crypto';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../core/api/errors.ts';
import type { Check, DoctorReport } from '../core/api/library.ts';
import type { Readers } from '../core/readers/reader.ts';
import { countEmbeddings, streamVectors } from '../core/store/embeddings.ts';
import { countPending, countReady } from '../core/store/files.ts';
import { findDamage } from '../core/store/integrity.ts';
import type { Store } from '../core/store/open.ts';
import { listRoots } from '../core/store/roots.ts';
import { sqliteVssProblem } from '../core/vectors/build-segment.ts';
import { loadUsearch } from '../core/vectors/usearch.ts';
import { defaultModel } from '../models/default-model.ts';
import { listInstalled } from '../models/hub/installed.ts';
import { modelsHome } from '../models/hub/models-home.ts';
import { verifyWeights, weightFiles } from '../models/weights.ts';
import type { ServedEngine } from './open-engine.ts';

export type Patient = {
  readonly store: Store;
  readonly engines: { readonly serving: ServedEngine; readonly next: ServedEngine | undefined };
  readonly readers: Readers;
};

export async function examine(patient: Patient): Promise<DoctorReport> {
  const checks: Check[] = [];
  for (const [name, look] of examinations) {
    try {
      checks.push({ name, ok: true, detail: await look(patient) });
    } catch (error) {
      if (!(error instanceof AppError)) console.error(error);
      checks.push({ name, ok: false, detail: error instanceof Error ? error.message : String(error) });
    }
  }
  return { ok: checks.every(({ ok }) => ok), checks };
}

/** Each says what it found, or throws what is wrong and what to do. */
const examinations: readonly (readonly [Check['name'], (patient: Patient) => string | Promise<string>])[] = [
  ['library.db', checkDatabase],
  ['index', checkIndex],
  ['vector search', checkBackends],
  ['model files', checkModelFiles],
  ['engine', checkEngines],
  ['devices', checkDevices],
  ['picture decoders', checkReaders],
  ['disk', checkDisk],
  ['folders', checkFolders],
];

function checkDatabase({ store }: Patient): string {
  const damage = findDamage(store.db, true);
  if (damage.length > 0) {
    throw new AppError('library-damaged', `library.db is damaged: ${damage[0]}. Put the last backup back with: oneword doctor --restore`);
  }
  return `sound; ${countReady(store)} files can be searched, ${countPending(store)} wait`;
}

/** Every vector of the library is in the index, and a sample of them finds itself. */
function checkIndex({ store, engines }: Patient): string {
  return openOf(engines)
    .map((engine) => indexOf(store, engine))
    .join('; ');
}

function openOf({ serving, next }: Patient['engines']): readonly ServedEngine[] {
  return next ? [serving, next] : [serving];
}

function indexOf(store: Store, { spaceId, vectors, name }: ServedEngine): string {
  const rows = countEmbeddings(store, spaceId);
  const { live, segments, tail, building } = vectors.health();
  if (live !== rows) {
    throw new AppError(
      'internal',
      `The index knows ${live} vectors, the library has ${rows}. Delete the folder index/ of the library and start again.`,
    );
  }
  let looked = 0;
  for (const { keys, values } of streamVectors(store, spaceId, vectors.dimension, { rows: 256 })) {
    const step = Math.max(1, Math.floor(rows / 64 / 256));
    if (looked++ % step !== 0) continue;
    const own = values.slice(0, vectors.dimension);
    const length = own.reduce((sum, value) => sum + value * value, 0);
    const [best] = vectors.search(own, { k: 1 });
    // Of equal pictures any may come first, so what counts is the score.
    if (!best || best.score < length * 0.99) {
      throw new AppError(
        'internal',
        `The index does not find the vector ${keys[0]}. Delete the folder index/ of the library and start again.`,
      );
    }
  }
  return `${name}: ${rows} vectors, as many as in the library; ${segments} segments, ${tail} in memory${building ? ', being built' : ''}`;
}

/** A backend that cannot run here is replaced by another one, in the end by comparing all vectors: worth knowing, not an illness. */
async function checkBackends({ engines }: Patient): Promise<string> {
  const problem = await sqliteVssProblem({ log: () => undefined });
  const vss = problem === undefined ? 'sqlite-vss runs' : `sqlite-vss does not run here (${problem})`;
  return `${engines.serving.vectors.health().backend} is in use; ${vss}; ${usearchState()}`;
}

function usearchState(): string {
  try {
    loadUsearch();
    return 'usearch runs';
  } catch (error) {
    return `usearch does not run here (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** Those that are part of Oneword byte by byte. Of downloads, which were proven when they came, that they are there and whole. */
async function checkModelFiles({ engines }: Patient): Promise<string> {
  await verifyWeights(defaultModel);
  const installed = await listInstalled(modelsHome());
  const broken = installed.filter(({ problem }) => problem !== undefined);
  const used = broken.find(({ id }) => openOf(engines).some((engine) => engine.id === id));
  if (used) throw new AppError('model-missing', `${used.name}: ${used.problem}`);
  const found = [
    `${(await weightFiles(defaultModel)).length} files of ${defaultModel}, checksums as published`,
    ...installed.filter((engine) => !broken.includes(engine)).map(({ name }) => `${name}: complete`),
    ...broken.map(({ name, problem }) => `${name}, which is not in use: ${problem}`),
  ];
  return found.join('; ');
}

/** Beginnings of known vectors, from the reference implementation: a broken network or a wrong provider would give others. */
const known: Readonly<Record<string, { readonly text: string; readonly first: readonly number[] }>> = {
  'lite@1': { text: 'a red apple', first: [0.03043, -0.0125, -0.0046, 0.04624, -0.03136, 0.02727, 0.09897, -0.02473] },
};

async function checkEngines({ engines }: Patient): Promise<string> {
  const answers: string[] = [];
  for (const engine of openOf(engines)) answers.push(await checkEngine(engine));
  return answers.join('; ');
}

async function checkEngine({ embedder, name }: ServedEngine): Promise<string> {
  const { space } = embedder;
  const reference = known[space.id];
  const { data } = await embedder.text([reference?.text ?? 'a red apple'], { priority: 'query' });
  if (data.length !== space.dimension || !data.every(Number.isFinite)) {
    throw new AppError('engine-failed', `${name} gives vectors that are none. Install it again.`);
  }
  const off = Math.max(0, ...(reference?.first ?? []).map((value, i) => Math.abs(value - (data[i] ?? 0))));
  if (off > 1e-3) throw new AppError('engine-failed', `${name} gives other vectors than it should (off by ${off.toFixed(4)}).`);
  const { provider } = embedder;
  const proof = reference ? `a known vector is right to ${off.toExponential(0)}` : 'it answers';
  return [`${name} on ${provider.name}`, proof, ...(provider.note === '' ? [] : [provider.note])].join('; ');
}

/** Which of this platform's devices compute right. One that is not used is no illness: the processor is always there. */
async function checkDevices(): Promise<string> {
  const { testProviders } = await import('../models/runtime/providers.ts');
  const tested = await testProviders(availableParallelism());
  return tested.map(({ name, detail }) => `${name}: ${detail.charAt(0).toLowerCase()}${detail.slice(1).replace(/\.$/, '')}`).join('; ');
}

/** A red pixel, as PNG: goes through a reader process and its decoder. */
const redPixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC';

async function checkReaders({ readers }: Patient): Promise<string> {
  const file = path.join(tmpdir(), `oneword-doctor-${randomUUID()}.png`);
  try {
    await writeFile(file, Buffer.from(redPixel, 'base64'));
    const { facts } = await readers.read(
      { path: file, rasters: [{ fit: 'squash', width: 1, height: 1, filter: 'bilinear' }] },
      undefined,
      'query',
    );
    if (facts.colour !== '#ff0000') throw new AppError('internal', `A red picture was read as ${facts.colour}. Install Oneword again.`);
    return 'a picture was read in a reader process';
  } finally {
    await rm(file, { force: true });
  }
}

const leastFree = 200 * 1024 ** 2;

async function checkDisk({ store }: Patient): Promise<string> {
  const { bavail, bsize } = await statfs(store.directory);
  const free = bavail * bsize;
  const text = `${(free / 1e9).toFixed(1)} GB free for ${store.directory}`;
  if (free < leastFree) throw new AppError('disk-full', `Only ${text}. Free some space: indexing stops when there is none.`);
  return text;
}

/** A drive that is not connected is no illness either. */
function checkFolders({ store }: Patient): string {
  const roots = listRoots(store);
  const offline = roots.filter(({ online }) => !online).map((root) => root.path);
  const watched = `${roots.length} ${roots.length === 1 ? 'folder' : 'folders'}`;
  return offline.length === 0 ? watched : `${watched}; offline, their pictures are kept: ${offline.join(', ')}`;
}
