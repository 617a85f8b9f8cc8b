/** @file One job at a time, as long as there is one to do. After a failure it waits, longer each time, and asks again what to do. */

export type BackgroundOptions<Job> = {
  /** The next job, if any is due. Asked again after each job, since much may have changed. */
  readonly next: () => Job | undefined;
  readonly run: (job: Job, signal: AbortSignal) => Promise<void>;
  /** Told of each failure; the next attempt comes by itself. */
  readonly onFailure: (error: unknown) => void;
};

const firstWait = 1000;
const longestWait = 300_000;

export class Background<Job> {
  readonly #options: BackgroundOptions<Job>;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #busy = false;
  #failures = 0;
  #waiting: NodeJS.Timeout | undefined;

  constructor(options: BackgroundOptions<Job>) {
    this.#options = options;
  }

  /** A job is being done. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Says that there may be a job. Cheap; the work starts after the current task. */
  poke(): void {
    if (this.#running || this.#waiting || this.#stopped.signal.aborted) return;
    this.#running = this.#work().finally(() => {
      this.#running = undefined;
      this.#busy = false;
    });
  }

  /** Resolves when nothing is left to do, or when it has failed and waits. */
  async settled(): Promise<void> {
    this.poke();
    await this.#running;
  }

  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#waiting);
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopped;
    await new Promise(setImmediate);
    try {
      for (;;) {
        const job = signal.aborted ? undefined : this.#options.next();
        if (job === undefined) return;
        this.#busy = true;
        await this.#options.run(job, signal);
        this.#failures = 0;
      }
    } catch (error) {
      if (signal.aborted) return;
      this.#options.onFailure(error);
      const wait = Math.min(longestWait, firstWait * 2 ** this.#failures);
      this.#failures += 1;
      this.#waiting = setTimeout(() => {
        this.#waiting = undefined;
        this.poke();
      }, wait);
      this.#waiting.unref();
    }
  }
}
