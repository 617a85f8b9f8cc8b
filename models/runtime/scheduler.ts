/**
 * @file The order of long work. Jobs run one at a time and stop between the stages of a network, where queries overtake index work.
 * A stage that runs blocks this process, so these boundaries are the only moments in which anything else can happen.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

export type Priority = 'query' | 'index';

/** To be awaited between stages. Throws the signal's reason when the job was aborted. */
export type Step = () => Promise<void>;

export type Scheduler = {
  /**
   * Runs the job when its turn comes: queries before index work, each in the order of arrival. A query runs whole;
   * index work pauses in `step` while queries run. A job that waits is dropped as soon as it is aborted.
   * @throws whatever the job throws, or the signal's reason
   */
  run<T>(work: { readonly priority: Priority; readonly signal?: AbortSignal }, job: (step: Step) => Promise<T>): Promise<T>;
};

export function createScheduler(): Scheduler {
  const waiting: Record<Priority, (() => Promise<void>)[]> = { query: [], index: [] };
  let busy = false;

  async function runAll(): Promise<void> {
    busy = true;
    for (let start = next(); start; start = next()) {
      await start();
      await intake();
    }
    busy = false;
  }

  async function runQueries(): Promise<void> {
    for (let start = waiting.query.shift(); start; start = waiting.query.shift()) await start();
  }

  function next(): (() => Promise<void>) | undefined {
    return waiting.query.shift() ?? waiting.index.shift();
  }

  return {
    run: ({ priority, signal }, job) =>
      new Promise((resolve, reject) => {
        const queue = waiting[priority];

        async function step(): Promise<void> {
          await intake();
          signal?.throwIfAborted();
          if (priority === 'query') return;
          await runQueries();
          signal?.throwIfAborted();
        }

        async function start(): Promise<void> {
          signal?.removeEventListener('abort', leave);
          try {
            signal?.throwIfAborted();
            resolve(await job(step));
          } catch (error) {
            reject(error);
          }
        }

        function leave(): void {
          queue.splice(queue.indexOf(start), 1);
          reject(signal?.reason);
        }

        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        signal?.addEventListener('abort', leave, { once: true });
        queue.push(start);
        if (!busy) void runAll();
      }),
  };
}

/** Two turns of the event loop take in what has arrived while a stage blocked the process: messages first, then what they set off. */
async function intake(): Promise<void> {
  await nextTurn();
  await nextTurn();
}
