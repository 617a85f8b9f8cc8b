/**
 * @file The engine as the library process sees it: an Embedder whose work is done in a process of its own.
 * Pictures to index are shared among several such processes (lanes.ts); a query is sent to the first at once and taken next (turns.ts, or
 * the engine itself where it can put one thing aside for another), so it waits for one picture at most.
 */
import { AppError, hasCode } from '../core/api/errors.ts';
import type { EmbeddedPictures, Embedder, EmbedOptions, PictureFindings, Provider } from '../core/indexing/embedder.ts';
import { type CallOptions, type Child, exitUnder, startChild } from '../core/process/child.ts';
import { createLanes, type LaneProcess } from './lanes.ts';
import { type EmbedderArgs, type EmbedderMethods, type EngineDescription, progressEvent, providerEvent } from './serve-embedder.ts';

export type EmbedderOptions = EmbedderArgs & {
  readonly log: (line: string) => void;
  /** What its engine was found to be at an earlier time: with it, a process that does not start is no reason not to open the library. */
  readonly known?: () => EngineDescription | undefined;
  /** Another entry that serves an engine. */
  readonly entry?: URL;
};

/** An Embedder, and what can be said of its process. */
export type EmbedderProcess = Embedder & {
  warm(): Promise<void>;
  readonly description: EngineDescription;
  readonly provider: Provider;
  /** All engines there are, as its process knows them now. */
  models(): Promise<EngineDescription['models']>;
  /** Why the last call failed, where the engine is to blame. */
  readonly trouble: AppError | undefined;
  readonly pid: number | undefined;
  readonly rss: number;
  /** Of pictures that were indexed so far; null before the first. */
  readonly secondsPerPicture: number | null;
};

/**
 * [Note: silence] A process that hangs has to be ended, and one that is slow must not be. A picture takes a small engine a second, a large one
 * on a processor many minutes; but that one works in small steps and tells of each. So what is limited is the time without
 * any word. An engine that orders its own work may also have to read gigabytes between two steps.
 */
function silence(interleaves: boolean): CallOptions {
  const minutes = interleaves ? 10 : 2;
  const message = `The engine gave no sign of life with this picture for ${minutes} minutes.`;
  return { timeoutMs: minutes * 60_000, timeout: { code: 'unreadable-file', message } };
}

/**
 * [Note: large pages] What passes between the layers of a large model are blocks of megabytes that are taken and given back within a second. On Linux much of the
 * time goes into mapping them page by page, so pages have 2 MB. And glibc keeps what was given back in a heap that small blocks hold together: from 4 MB on
 * each block is mapped by itself and goes back to the system at once. A picture of E5-V in three layers peaks at 0.82 GB instead of 1.29.
 * The launcher does the same for commands.
 */
const tunables = 'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4194304';

function largePages(): Record<string, string> {
  return process.platform === 'linux' ? { GLIBC_TUNABLES: process.env.GLIBC_TUNABLES ?? tunables } : {};
}

/** Starts the process and asks what its engine is. Without `known` it fails with `model-missing` or `engine-failed`. */
export async function openEmbedderProcess({ model, threads, log, known, warm = false, entry }: EmbedderOptions): Promise<EmbedderProcess> {
  function startProcess(name: string, first = false): Child<EmbedderMethods> {
    const started = startChild<EmbedderMethods>({
      name,
      entry: entry ?? new URL('./embedder-process.ts', import.meta.url),
      env: largePages(),
      args: { model, warm: warm && first, ...(threads === undefined ? {} : { threads }) } satisfies EmbedderArgs,
      log,
    });
    started.on(progressEvent, started.touch);
    started.on(providerEvent, (data) => {
      provider = data as Provider; // it runs our own serve-embedder.ts
      log(`${model} runs on ${provider.name}. ${provider.note}`);
    });
    return started;
  }
  let provider: Provider | undefined;
  const child = startProcess('embedder', true);
  let description: EngineDescription | undefined;
  let trouble: AppError | undefined;
  try {
    description = await call(child, 'describe', undefined);
  } catch (error) {
    // One that was removed is missing, where it is known to have been there.
    const earlier = isTrouble(error) || hasCode(error, 'not-found') ? known?.() : undefined;
    if (!earlier) {
      await child.close();
      throw error;
    }
    trouble = error instanceof AppError ? error : undefined;
    description = earlier;
  }

  async function call<K extends keyof EmbedderMethods>(
    to: Child<EmbedderMethods>,
    method: K,
    input: Parameters<EmbedderMethods[K]>[0],
    options?: CallOptions,
  ) {
    try {
      const answer = await to.call(method, input, options);
      trouble = undefined;
      return answer;
    } catch (error) {
      if (isTrouble(error)) trouble = error;
      // By now its files were removed.
      const isRemoved = description !== undefined && error instanceof AppError && error.code === 'not-found';
      throw isRemoved ? new AppError('model-missing', error.message, { cause: error }) : error;
    }
  }

  const limit = silence(description.interleaves);
  const laneOn = (process: Child<EmbedderMethods>): LaneProcess => ({
    embed: async (picture, pass, signal) =>
      await call(process, 'image', { pictures: [picture], pass, priority: 'index' }, { ...limit, signal }),
    get rss() {
      return process.rss;
    },
    close: () => process.close(2_000),
  });
  const lanes = createLanes({
    first: laneOn(child),
    another: (number) => laneOn(startProcess(`embedder ${number}`)),
    most: description.processes,
  });

  /** A query is not to blame for a death that came while a picture was being indexed: it goes over once more. */
  async function ask<K extends keyof EmbedderMethods>(
    method: K,
    input: Parameters<EmbedderMethods[K]>[0],
    options: EmbedOptions = {},
  ): Promise<Awaited<ReturnType<EmbedderMethods[K]>>> {
    const callOptions: CallOptions = { ...limit, signal: options.signal };
    try {
      return await call(child, method, input, callOptions);
    } catch (error) {
      if (!exitUnder(error)) throw error;
      return await call(child, method, input, callOptions);
    }
  }

  return {
    description,
    get trouble() {
      return trouble;
    },
    get provider() {
      return provider ?? description.provider;
    },
    models: () => child.call('models', undefined),
    space: description.space,
    interleaves: description.interleaves,
    hasThoroughPass: description.hasThoroughPass,
    rasters: (pass) => description.rasters[pass],
    text: (texts, options) => ask('text', { texts, priority: options?.priority ?? 'query' }, options),
    image: async (pictures, options = {}) => {
      const { priority = 'index', pass = 'fast', signal } = options;
      if (priority === 'query') return ask('image', { pictures, pass, priority }, options);
      return join(description.space.dimension, await Promise.all(pictures.map((picture) => lanes.index(picture, pass, signal))));
    },
    composed: (pairs, options) =>
      ask('composed', { pairs, pass: options?.pass ?? 'fast', priority: options?.priority ?? 'query' }, options),
    words: (vectors, k) => ask('words', { vectors, k }),
    warm: () => ask('warm', undefined),
    close: async () => {
      await Promise.all([child.close(2_000), lanes.close()]);
    },
    get pid() {
      return child.pid;
    },
    get rss() {
      return lanes.rss;
    },
    get secondsPerPicture() {
      return lanes.secondsPerPicture;
    },
  };
}

function join(dimension: number, results: readonly EmbeddedPictures[]): EmbeddedPictures {
  const only = results[0];
  if (results.length === 1 && only) return only;
  const data = new Float32Array(results.length * dimension);
  const findings: PictureFindings[] = [];
  results.forEach((result, i) => {
    data.set(result.data, i * dimension);
    findings.push(...result.findings);
  });
  return { dimension, data, findings };
}

function isTrouble(error: unknown): error is AppError {
  return hasCode(error, 'engine-failed') || hasCode(error, 'model-missing') || hasCode(error, 'model-invalid');
}
