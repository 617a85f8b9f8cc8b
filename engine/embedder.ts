/**
 * @file The engine as the library process sees it: an Embedder whose work is done in a process of its own.
 *
 * [Note: who waits for whom] Pictures to index go over one by one, at most two at a time: one that is worked on, one that keeps the
 * process busy meanwhile. A query is sent at once and taken next (turns.ts), so it waits for one picture at most.
 * When the process dies, the pictures that it had go over again, singly, so that the one that kills it is known for sure;
 * with its second death that picture fails and the others go on.
 */
import { AppError, hasCode } from '../core/api/errors.ts';
import type { EmbeddedPictures, Embedder, EmbedOptions, PictureFindings, PictureInput } from '../core/indexing/embedder.ts';
import { type CallOptions, exitUnder, startChild } from '../core/process/child.ts';
import type { EmbedderArgs, EmbedderMethods, EngineDescription } from './serve-embedder.ts';

export type EmbedderOptions = EmbedderArgs & {
  readonly log: (line: string) => void;
  /** What its engine was found to be at an earlier time: with it, a process that does not start is no reason not to open the library. */
  readonly known?: () => EngineDescription | undefined;
  /** Another entry that serves an engine. */
  readonly entry?: URL;
};

/** An Embedder, and what can be said of its process. */
export type EmbedderProcess = Embedder & {
  readonly description: EngineDescription;
  /** Why the last call failed, where the engine is to blame. */
  readonly trouble: AppError | undefined;
  readonly pid: number | undefined;
  readonly rss: number;
  /** Of pictures that were indexed so far; null before the first. */
  readonly secondsPerPicture: number | null;
};

const strikesUntilFailed = 2;
/** A single picture takes seconds even on a slow machine; longer means that the process hangs. */
const pictureLimit = {
  timeoutMs: 120_000,
  timeout: { code: 'unreadable-file', message: 'The engine came to no end with this picture within two minutes.' },
} as const;

type Picture = {
  readonly picture: PictureInput;
  readonly pass: 'fast' | 'thorough';
  readonly signal: AbortSignal | undefined;
  resolve(result: EmbeddedPictures): void;
  reject(error: unknown): void;
  strikes: number;
};

/** Starts the process and asks what its engine is. Without `known` it fails with `model-missing` or `engine-failed`. */
export async function openEmbedderProcess({ model, threads, log, known, entry }: EmbedderOptions): Promise<EmbedderProcess> {
  const child = startChild<EmbedderMethods>({
    name: 'embedder',
    entry: entry ?? new URL('./embedder-process.ts', import.meta.url),
    args: { model, ...(threads === undefined ? {} : { threads }) } satisfies EmbedderArgs,
    log,
  });
  let description: EngineDescription;
  let trouble: AppError | undefined;
  try {
    description = await call('describe', undefined);
  } catch (error) {
    const earlier = isTrouble(error) ? known?.() : undefined;
    if (!earlier) {
      await child.close();
      throw error;
    }
    description = earlier;
  }

  async function call<K extends keyof EmbedderMethods>(method: K, input: Parameters<EmbedderMethods[K]>[0], options?: CallOptions) {
    try {
      const answer = await child.call(method, input, options);
      trouble = undefined;
      return answer;
    } catch (error) {
      if (isTrouble(error)) trouble = error;
      throw error;
    }
  }

  const waiting: Picture[] = [];
  const inFlight = new Set<Picture>();
  let width = 2;
  const clock = createBusyClock();

  function pump(): void {
    while (inFlight.size < width) {
      const next = waiting.shift();
      if (!next) return;
      if (next.signal?.aborted) next.reject(cancelled());
      else void embed(next);
    }
  }

  async function embed(work: Picture): Promise<void> {
    inFlight.add(work);
    clock.run();
    try {
      const input = { pictures: [work.picture], pass: work.pass, priority: 'index' } as const;
      work.resolve(await call('image', input, { ...pictureLimit, signal: work.signal }));
      width = 2;
      clock.count();
    } catch (error) {
      if (!exitUnder(error)) work.reject(error);
      else {
        if (width === 1) work.strikes += 1;
        width = 1;
        if (work.strikes < strikesUntilFailed) waiting.unshift(work);
        else work.reject(new AppError('unreadable-file', 'The engine stopped twice while it looked at this picture.', { cause: error }));
      }
    } finally {
      inFlight.delete(work);
      pump();
      if (inFlight.size === 0) clock.stop();
    }
  }

  function index(picture: PictureInput, { pass = 'fast', signal }: EmbedOptions): Promise<EmbeddedPictures> {
    const { promise, resolve, reject } = Promise.withResolvers<EmbeddedPictures>();
    waiting.push({ picture, pass, signal, resolve, reject, strikes: 0 });
    pump();
    return promise;
  }

  /** A query is not to blame for a death that came while a picture was being indexed: it goes over once more. */
  async function ask<K extends keyof EmbedderMethods>(
    method: K,
    input: Parameters<EmbedderMethods[K]>[0],
    options: EmbedOptions = {},
  ): Promise<Awaited<ReturnType<EmbedderMethods[K]>>> {
    const callOptions: CallOptions = { ...pictureLimit, signal: options.signal };
    try {
      return await call(method, input, callOptions);
    } catch (error) {
      if (!exitUnder(error)) throw error;
      return await call(method, input, callOptions);
    }
  }

  return {
    description,
    get trouble() {
      return trouble;
    },
    space: description.space,
    hasThoroughPass: description.hasThoroughPass,
    rasters: (pass) => description.rasters[pass],
    text: (texts, options) => ask('text', { texts, priority: options?.priority ?? 'query' }, options),
    image: async (pictures, options = {}) => {
      const { priority = 'index', pass = 'fast' } = options;
      if (priority === 'query') return ask('image', { pictures, pass, priority }, options);
      return join(description.space.dimension, await Promise.all(pictures.map((picture) => index(picture, options))));
    },
    composed: (pairs, options) =>
      ask('composed', { pairs, pass: options?.pass ?? 'fast', priority: options?.priority ?? 'query' }, options),
    words: (vectors, k) => ask('words', { vectors, k }),
    close: () => child.close(2_000),
    get pid() {
      return child.pid;
    },
    get rss() {
      return child.rss;
    },
    get secondsPerPicture() {
      return clock.secondsEach();
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
  return hasCode(error, 'engine-failed') || hasCode(error, 'model-missing');
}

const cancelled = () => new AppError('cancelled', 'cancelled');

/** Seconds of work for each thing that was done, pauses left out. */
function createBusyClock() {
  let busy = 0;
  let done = 0;
  let since: number | undefined;
  const sum = () => busy + (since === undefined ? 0 : performance.now() - since);
  return {
    run: () => {
      since ??= performance.now();
    },
    stop: () => {
      busy = sum();
      since = undefined;
    },
    count: () => {
      done += 1;
    },
    secondsEach: () => (done === 0 ? null : sum() / 1000 / done),
  };
}
