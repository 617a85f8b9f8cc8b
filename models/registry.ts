/** @file The engines that can be opened, with what a person needs to know to choose one. */
import { availableParallelism } from 'node:os';
import { AppError } from '../core/api/errors.ts';
import type { Embedder } from '../core/indexing/embedder.ts';
import { liteSpace, openLite } from './lite/engine.ts';
import { requireWeights, weightFiles } from './weights.ts';

export type ModelDescription = {
  readonly id: string;
  readonly name: string;
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
};

type Engine = {
  readonly description: Omit<ModelDescription, 'id' | 'bytes' | 'installed'>;
  /** What suits this machine. */
  readonly threads: number;
  readonly processes: number;
  open(options: { threads: number }): Promise<Embedder>;
};

/**
 * [Note: threads and processes] The picture networks of a small engine burn 40 % more processor time on two threads than on one, so it runs on
 * one thread in several processes: a picture costs the engine somewhat more than it costs the readers (decoding, resampling, thumbnail),
 * hence three fifths of the cores. Four are enough for any disk, and each holds its own networks. Texts gain nothing from threads.
 */
const smallEngine = { threads: 1, processes: Math.min(4, Math.ceil(availableParallelism() * 0.6)) };

const engines: Readonly<Record<string, Engine>> = {
  lite: {
    description: {
      name: 'Lite',
      description:
        'Built in. Names what a picture shows, finds colours and people, and matches words by their meaning. Fast on any computer.',
      limits: [
        'Knows a thousand names, most of them animals and things; scenes, places and actions are guesses.',
        'Reads no text in pictures and does not understand "without" or fine differences.',
        'English only.',
      ],
      licence: 'Apache-2.0 (networks), WordNet 3.0 (dictionary)',
      memoryBytes: 420 * 1024 ** 2,
      dimension: liteSpace.dimension,
    },
    ...smallEngine,
    open: openLite,
  },
};

export async function listModels(): Promise<ModelDescription[]> {
  return Promise.all(
    Object.entries(engines).map(async ([id, { description }]) => {
      const files = await weightFiles(id);
      return { id, ...description, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), installed: await isInstalled(id) };
    }),
  );
}

export async function openEmbedder(id: string, options: { threads?: number } = {}): Promise<Embedder> {
  const engine = engineOf(id);
  const { threads = engine.threads } = options;
  if (!Number.isInteger(threads) || threads < 1)
    throw new AppError('bad-request', `Threads must be a whole number from 1, not ${threads}.`);
  return engine.open({ threads });
}

/** How many processes may index with this engine at the same time. */
export function processesFor(id: string): number {
  return engineOf(id).processes;
}

function engineOf(id: string): Engine {
  const engine = Object.hasOwn(engines, id) ? engines[id] : undefined;
  if (!engine) throw new AppError('not-found', `There is no model "${id}". Known: ${Object.keys(engines).join(', ')}.`);
  return engine;
}

async function isInstalled(id: string): Promise<boolean> {
  return requireWeights(id).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.code === 'model-missing') return false;
      throw error;
    },
  );
}
