/** @file One job at a time, queries first: the order of work inside the embedder process. */
import { setImmediate as nextTurn } from 'node:timers/promises';

type Priority = 'query' | 'index';
type Job = { run(): Promise<void>; cancelled(): boolean };

export type Turns = <T>(priority: Priority, run: () => Promise<T>, signal: AbortSignal) => Promise<T>;

export function createTurns(): Turns {
  const waiting: Record<Priority, Job[]> = { query: [], index: [] };
  let busy = false;

  async function work(): Promise<void> {
    busy = true;
    for (let job = next(); job !== undefined; job = next()) {
      await job.run();
      // A network that runs blocks this process. Before the next one is chosen, two turns of the event loop take in what has
      // arrived meanwhile, so that a query waits for one picture at most.
      await nextTurn();
      await nextTurn();
    }
    busy = false;
  }

  function next(): Job | undefined {
    const job = waiting.query.shift() ?? waiting.index.shift();
    return job?.cancelled() ? next() : job;
  }

  return (priority, run, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      waiting[priority].push({ run: () => run().then(resolve, reject), cancelled: () => signal.aborted });
      if (!busy) void work();
    });
}
