/**
 * @file The order of long work. Jobs run one at a time and stop between the stages of a network, where more urgent ones overtake them.
 * A stage that runs blocks this process, so these boundaries are the only moments in which anything else can happen.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** The most urgent first: texts take a moment, pictures that somebody asks with a minute on a slow machine, and indexing goes on for days. */
const priorities = ['text', 'query', 'index'] as const;
export type Priority = (typeof priorities)[number];

/** To be awaited between stages. Throws the signal's reason when the job was aborted. */
export type Step = () => Promise<void>;

export type Scheduler = {
  /**
   * Runs the job when its turn comes: by priority, and in the order of arrival among equals. It pauses in `step` while more urgent ones
   * run. A job that waits is dropped as soon as it is aborted.
   * @throws whatever the job throws, or the signal's reason
   */
  run<T>(work: { readonly priority: Priority; readonly signal?: AbortSignal }, job: (step: Step) => Promise<T>): Promise<T>;
};

export function createScheduler(): Scheduler {
  const waiting: Record<Priority, (() => Promise<void>)[]> = { text: [], query: [], index: [] };
  let busy = false;

  async function runAll(): Promise<void> {
    busy = true;
    for (let start = next(); start; start = next()) {
      await start();
      await intake();
    }
    busy = false;
  }

  /** The most urgent job that waits, of those more urgent than `than`. */
  function next(than?: Priority): (() => Promise<void>) | undefined {
    const level = priorities.slice(0, than === undefined ? undefined : priorities.indexOf(than)).find((one) => waiting[one].length > 0);
    return level && waiting[level].shift();
  }

  return {
    run: ({ priority, signal }, job) =>
      new Promise((resolve, reject) => {
        const queue = waiting[priority];

        async function step(): Promise<void> {
          await intake();
          signal?.throwIfAborted();
          for (let urgent = next(priority); urgent; urgent = next(priority)) await urgent();
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
