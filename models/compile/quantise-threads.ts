/** @file Threads that share out a list of weights to quantise. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../core/api/errors.ts';
import type { QuantiseJob, QuantiseReport } from './quantise-worker.ts';

/** A thread takes a tenth of a second to start and 150 MB for a large weight: none for less work than this, and not too many. */
const elementsPerThread = 1 << 26;
const mostThreads = 8;

/**
 * Runs all jobs, the largest first, so that none of them is left alone at the end. Ends when every thread has ended, also after a failure or
 * when the signal comes: the side file may then be closed and removed.
 */
export async function runJobs(
  jobs: readonly QuantiseJob[],
  options: { signal?: AbortSignal | undefined; onWritten: (bytes: number) => void },
): Promise<void> {
  const elements = ({ weight }: QuantiseJob) => weight.tensor.shape.reduce((product, size) => product * size, 1);
  const queue = [...jobs].sort((a, b) => elements(b) - elements(a));
  const work = queue.reduce((sum, job) => sum + elements(job), 0);
  const threads = Math.min(availableParallelism(), mostThreads, jobs.length, Math.ceil(work / elementsPerThread));

  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const results = await Promise.allSettled(
    Array.from({ length: threads }, () =>
      runThread(queue, signal, options.onWritten).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    ),
  );
  options.signal?.throwIfAborted();
  const failures = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  if (failures.length > 0) throw stop.signal.reason;
}

/** One thread that takes jobs off the queue until it is empty. */
async function runThread(queue: QuantiseJob[], signal: AbortSignal, onWritten: (bytes: number) => void): Promise<void> {
  // Flags that the process was started with concern its own entry.
  const worker = new Worker(new URL('./quantise-worker.ts', import.meta.url), { name: 'quantise', execArgv: [] });
  try {
    await new Promise<void>((resolve, reject) => {
      const next = () => {
        const job = queue.shift();
        if (job) worker.postMessage(job);
        else resolve();
      };
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new AppError('engine-failed', `A thread that quantises weights ended with ${code}.`)));
      worker.on('message', (message: QuantiseReport) => {
        if (message.type === 'written') onWritten(message.bytes);
        else if (message.type === 'done') next();
        else reject(message.error ? new AppError(message.error.code, message.error.message, { cause: message.cause }) : message.cause);
      });
      if (signal.aborted) abort();
      else next();
    });
  } finally {
    await worker.terminate();
  }
}
