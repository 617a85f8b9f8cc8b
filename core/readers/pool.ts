/**
 * @file The pool of reader processes: jobs wait in two lines (queries before indexing), each process works on one at a time, so
 * that a death has exactly one cause.
 */
import { AppError, hasCode } from '../api/errors.ts';
import { type Child, exitUnder, startChild } from '../process/child.ts';
import { quote } from './file-bytes.ts';
import { defaultLimits, type ReaderLimits, type Readers, type ReadPriority } from './reader.ts';
import type { ReaderArgs, ReaderMethods } from './reader-process.ts';

export type ReadersOptions = {
  readonly processes: number;
  readonly limits?: Partial<ReaderLimits> | undefined;
  readonly log?: ((line: string) => void) | undefined;
};

/** How long the end of the pool waits for files that are being read; they are read again another time. */
const patience = 3000;

type Job = {
  readonly path: string;
  run(reader: Reader): Promise<unknown>;
  /** False where the caller gave up. */
  readonly wanted: () => boolean;
  resolve(result: never): void;
  reject(error: unknown): void;
};
type Reader = Child<ReaderMethods>;
type Call = <K extends keyof ReaderMethods>(
  method: K,
  path: string,
  input: Parameters<ReaderMethods[K]>[0],
  signal: AbortSignal | undefined,
  priority: ReadPriority,
) => Promise<Awaited<ReturnType<ReaderMethods[K]>>>;

export function createReaders({ processes, limits: given, log }: ReadersOptions): Readers {
  const limits: ReaderLimits = { ...defaultLimits, ...given };
  const waiting: Record<ReadPriority, Job[]> = { query: [], index: [] };
  const readers = Array.from({ length: processes }, (_, i) =>
    startChild<ReaderMethods>({
      name: `reader ${i + 1}`,
      entry: new URL('./reader-process.ts', import.meta.url),
      args: { limits } satisfies ReaderArgs,
      // Two threads are enough for one file at a time; fewer malloc arenas keep glibc from hoarding what libvips frees.
      env: { UV_THREADPOOL_SIZE: '2', MALLOC_ARENA_MAX: '2' },
      deathCode: 'unreadable-file',
      ...(log && { log }),
    }),
  );
  const idle = new Set(readers);
  let closed = false;

  const call: Call = (method, path, input, signal, priority) => {
    if (closed) return Promise.reject(new AppError('unavailable', 'The readers have been closed.'));
    if (signal?.aborted) return Promise.reject(new AppError('cancelled', 'cancelled'));
    const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<ReaderMethods[typeof method]>>>();
    const cancel = () => reject(new AppError('cancelled', 'cancelled'));
    signal?.addEventListener('abort', cancel, { once: true });
    waiting[priority].push({
      path,
      run: (reader) => reader.call(method, input, { signal, timeoutMs: limits.milliseconds, timeout: tooSlow(path, limits) }),
      wanted: () => !signal?.aborted,
      resolve,
      reject,
    });
    next();
    return promise.finally(() => signal?.removeEventListener('abort', cancel));
  };

  function next(): void {
    for (const reader of idle) {
      const job = waiting.query.shift() ?? waiting.index.shift();
      if (!job) return;
      idle.delete(reader);
      void work(reader, job).finally(() => {
        idle.add(reader);
        next();
      });
    }
  }

  async function work(reader: Reader, job: Job): Promise<void> {
    if (!job.wanted()) return;
    try {
      job.resolve((await withSecondTry(reader, job)) as never);
    } catch (error) {
      job.reject(error);
    }
    await reader.idle(); // a cancelled job still runs
    if (reader.rss > limits.memoryMiB * 1024 ** 2) reader.kill();
  }

  return {
    hash: (path, signal) => call('hash', path, path, signal, 'index'),
    read: (job, signal, priority = 'index') => call('read', job.path, job, signal, priority),
    preview: (path, target, side, signal) => call('preview', path, { path, target, side }, signal, 'query'),
    close: async () => {
      closed = true;
      for (const job of [...waiting.query.splice(0), ...waiting.index.splice(0)]) {
        job.reject(new AppError('cancelled', 'The readers have been closed.'));
      }
      await Promise.all(readers.map((reader) => reader.close(patience)));
    },
  };
}

/**
 * The first death may have been an accident (the kernel, short of memory, kills whom it likes); the second is the file's doing.
 * A process that cannot start is nobody's doing and stays `unavailable`.
 */
async function withSecondTry(reader: Reader, job: Job): Promise<unknown> {
  try {
    return await job.run(reader);
  } catch (first) {
    if (!job.wanted() || (!exitUnder(first) && !hasCode(first, 'unavailable'))) throw first;
  }
  try {
    return await job.run(reader);
  } catch (second) {
    const exit = exitUnder(second);
    if (!exit) throw second;
    const how = exit.signal ? `signal ${exit.signal}` : `exit status ${exit.code}`;
    throw new AppError('unreadable-file', `${quote(job.path)} brought its decoder down twice (${how}).`, { cause: second });
  }
}

function tooSlow(path: string, { milliseconds }: ReaderLimits): { code: 'too-large'; message: string } {
  return { code: 'too-large', message: `${quote(path)} took longer than the limit of ${milliseconds / 1000} s to read.` };
}
