/** @file The engines that can be opened: the built-in one, those that are installed, and any checkpoint's folder as it lies. */
import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { AppError } from '../core/api/errors.ts';
import type { Embedder } from '../core/indexing/embedder.ts';
import { openCheckpointEngine } from './checkpoint-engine.ts';
import { catalogueEntry } from './hub/catalogue.ts';
import type { EngineKind } from './hub/fitting.ts';
import { readInstalled } from './hub/installed.ts';
import { modelsHome } from './hub/models-home.ts';
import { listHubEngines } from './hub/overview.ts';
import { defaultSettings, type EngineSettings } from './hub/settings.ts';
import { liteSpace, openLite } from './lite/engine.ts';
import { isFolder } from './model-argument.ts';
import { requireWeights, weightFiles } from './weights.ts';

export type ModelDescription = {
  readonly id: string;
  readonly name: string;
  /** `lite`: built in; `vlm`: a language model that reads pictures; `dual`: an encoder for pictures and one for words. */
  readonly kind: 'lite' | EngineKind;
  readonly description: string;
  /** What it cannot do, a sentence each. */
  readonly limits: readonly string[];
  readonly licence: string;
  /** On disk. */
  readonly bytes: number;
  /** Resident, about, while it indexes. */
  readonly memoryBytes: number;
  readonly dimension: number;
  readonly installed: boolean;
  /** Why an installed engine cannot be used now; null where it can. */
  readonly problem: string | null;
  /** Where it can be downloaded; null for what is built in and for imported folders. */
  readonly source: string | null;
  /** What one agrees to by downloading it; null where there is nothing to agree to. */
  readonly consent: string | null;
  /** As published, with where that was; empty = nothing is published. */
  readonly scores: string;
  /** Bytes of a download that was begun and is not finished. */
  readonly downloaded: number;
};

export type OpenOptions = {
  /** What suits the engine if absent. */
  readonly threads?: number;
  /** Over what the engine was installed with. For a folder: exact, all tiles, transformers 4.41. */
  readonly settings?: Partial<EngineSettings>;
  /** Folder of a LoRA adapter. */
  readonly adapter?: string;
  readonly log?: (line: string) => void;
};

/**
 * [Note: threads and processes] The picture networks of a small engine burn 40 % more processor time on two threads than on one, so it runs on
 * one thread in several processes: a picture costs the engine somewhat more than it costs the readers (decoding, resampling, thumbnail),
 * hence three fifths of the cores. Four are enough for any disk, and each holds its own networks. Texts gain nothing from threads.
 * A large model is bound by its matrix products, which use all cores, and exists once: it takes gigabytes. CLIP and SigLIP are bound by them
 * too, at the sizes of ViT-B/32 (50 rows a picture, several pictures at once) and above: a second thread costs them a tenth more at most.
 */
const lite = { threads: 1, processes: Math.min(4, Math.ceil(availableParallelism() * 0.6)) };
const large = { threads: availableParallelism(), processes: 1 };

export async function listModels(env: NodeJS.ProcessEnv = process.env): Promise<ModelDescription[]> {
  const others = await listHubEngines(modelsHome(env));
  return [
    await describeLite(),
    ...others.map(({ id, name, kind, description, limits, licence, ...other }) => {
      const { bytes, memoryBytes, dimension, installed, source, consent, scores, downloaded } = other;
      return {
        ...{ id, name, kind, description, limits, licence, bytes, memoryBytes, dimension, source, consent, scores, downloaded },
        installed: installed !== undefined,
        problem: installed?.problem ?? null,
      };
    }),
  ];
}

/** `model`: the id of an engine, or a checkpoint's folder (absolute, or with a path separator in it). */
export async function openEmbedder(model: string, options: OpenOptions = {}): Promise<Embedder> {
  const { threads, settings = {}, adapter, log = () => undefined } = options;
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1))
    throw new AppError('bad-request', `Threads must be a whole number from 1, not ${threads}.`);
  if (model === 'lite') {
    refuseSettings(settings, adapter);
    return openLite({ threads: threads ?? lite.threads });
  }
  const place = isFolder(model) ? await placeOfFolder(model) : await placeOfInstalled(model);
  return openCheckpointEngine({
    ...place,
    settings: { ...place.settings, ...settings },
    adapter: adapter ?? place.adapter,
    threads: threads ?? large.threads,
    log,
  });
}

/** How many processes may index with this engine at the same time. */
export function processesFor(model: string): number {
  return model === 'lite' ? lite.processes : large.processes;
}

type Place = {
  readonly id: string;
  readonly directory: string;
  readonly adapter?: string;
  readonly settings: EngineSettings;
  readonly cache: string;
};

async function placeOfFolder(folder: string): Promise<Place> {
  const directory = path.resolve(folder);
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (!found?.isDirectory())
    throw new AppError('not-found', `There is no folder ${directory}. --model takes an engine's id or a checkpoint's folder.`);
  const cache = path.join(modelsHome(), '.compiled');
  return { id: path.basename(directory), directory, settings: { ...defaultSettings, precision: 'exact' }, cache };
}

async function placeOfInstalled(id: string): Promise<Place> {
  try {
    const { directory, adapter, settings, compiled, problem } = await readInstalled(modelsHome(), id);
    if (problem !== undefined) throw new AppError('model-missing', problem);
    return { id, directory, settings, cache: compiled, ...(adapter !== undefined && { adapter }) };
  } catch (error) {
    if (!(error instanceof AppError) || (error.code !== 'not-found' && error.code !== 'bad-request')) throw error;
    throw await unknown(id, error);
  }
}

async function unknown(id: string, cause: AppError): Promise<AppError> {
  const entry = catalogueEntry(id);
  if (entry) return new AppError('model-missing', `${entry.name} is not installed. Install it with: oneword models pull ${id}`, { cause });
  const known = (await listModels()).map((model) => model.id).join(', ');
  return new AppError('not-found', `There is no model "${id}". Known: ${known}. A checkpoint's folder is given as a path.`, { cause });
}

function refuseSettings(settings: Partial<EngineSettings>, adapter: string | undefined): void {
  const [name] = [...Object.keys(settings), ...(adapter === undefined ? [] : ['adapter'])];
  if (name !== undefined) throw new AppError('bad-request', `The engine "lite" has no choice of ${name}: that is for checkpoints.`);
}

async function describeLite(): Promise<ModelDescription> {
  const files = await weightFiles('lite');
  const problem = await requireWeights('lite').then(
    () => null,
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'model-missing') return error.message;
      throw error;
    },
  );
  return {
    id: 'lite',
    name: 'Lite',
    kind: 'lite',
    description:
      'Built in. Names what a picture shows, finds colours and people, and matches words by their meaning. Fast on any computer.',
    limits: [
      'Knows a thousand names, most of them animals and things; scenes, places and actions are guesses.',
      'Reads no text in pictures and does not understand "without" or fine differences.',
      'English only.',
    ],
    licence: 'Apache-2.0 (networks), WordNet 3.0 (dictionary)',
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    memoryBytes: 420 * 1024 ** 2,
    dimension: liteSpace.dimension,
    installed: problem === null,
    problem,
    source: null,
    consent: null,
    scores: '',
    downloaded: 0,
  };
}
