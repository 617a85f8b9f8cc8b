/**
 * @file A child process that may die at any moment: calls with time limits and cancellation, restart with back-off, graceful end.
 *
 * [Note: stopping native code] A decoder or a network that runs in native code cannot be interrupted from JavaScript. Cancelling a
 * call therefore only means that its caller stops waiting (the child may look at its AbortSignal between steps); what really stops
 * a call is its time limit, which kills the process.
 */
import { AppError, type ErrorCode, fromWire } from '../api/errors.ts';
import { forkProcess } from './fork.ts';
import {
  createListeners,
  createRawPort,
  type ExitStatus,
  type RawPort,
  type RawPortControl,
  type Spawn,
  type Spawned,
  type ToChild,
  type ToParent,
} from './port.ts';
import type { Methods } from './serve.ts';

export type ChildOptions = {
  /** For messages and logs: "reader 1", "embedder". */
  readonly name: string;
  readonly entry: URL;
  /** Handed to the function given to `serveChild`. */
  readonly args?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  /** Code of the error of calls that were running when the process died. */
  readonly deathCode?: ErrorCode;
  /** Start again as soon as it dies, instead of at the next call. */
  readonly keepAlive?: boolean;
  /** The raw port of each process that is started; 'close' comes when that process is gone. */
  readonly onPort?: (port: RawPort) => void;
  /** Every end that nobody asked for. */
  readonly onDeath?: (status: ExitStatus) => void;
  /** How long it may take until it is ready. */
  readonly startMs?: number;
  readonly log?: (line: string) => void;
  readonly spawn?: Spawn;
};

export type CallOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Wall time after which the process is killed and the call fails with `timeout`; see `touch`. */
  readonly timeoutMs?: number | undefined;
  readonly timeout?: { readonly code: ErrorCode; readonly message: string };
};

type AnyMethods = Record<string, (input: unknown) => unknown>;

export type Child<M extends Methods = AnyMethods> = {
  /**
   * Starts the process if it is not running. Fails with the child's AppError, `deathCode` if it dies, `unavailable` if it cannot be
   * started, `cancelled`, or `timeout`.
   */
  call<K extends keyof M & string>(method: K, input: Parameters<M[K]>[0], options?: CallOptions): Promise<Awaited<ReturnType<M[K]>>>;
  /** One-way; lost when the process is not running. */
  emit(name: string, data?: unknown): void;
  on(name: string, listener: (data: unknown) => void): () => void;
  /** Of the running process. */
  readonly pid: number | undefined;
  /** Resident bytes at its last answer; 0 when not running. */
  readonly rss: number;
  /** Resolves when it works on nothing, cancelled calls included. */
  idle(): Promise<void>;
  /** It has shown that it works: the time limits of the calls in flight begin anew. */
  touch(): void;
  /** Ends the process now; calls in flight fail. The next call starts another one. */
  kill(): void;
  /** Refuses new calls, waits for those in flight, lets the process end by itself, and kills it after `graceMs`. */
  close(graceMs?: number): Promise<void>;
};

const longestBackOff = 10_000;

/** Nothing after the first death (one bad input is no pattern), then 100 ms doubling up to 10 s, forever. */
export function backOff(deathsInARow: number): number {
  return deathsInARow < 2 ? 0 : Math.min(longestBackOff, 100 * 2 ** (deathsInARow - 2));
}

/** How the process ended under a call that failed for that reason. */
export function exitUnder(error: unknown): ExitStatus | undefined {
  return error instanceof AppError ? deaths.get(error) : undefined;
}
const deaths = new WeakMap<AppError, ExitStatus>();

type InFlight = { resolve(data: unknown): void; reject(error: AppError): void; timer: NodeJS.Timeout | undefined };
type Running = {
  readonly process: Spawned;
  readonly ready: Promise<void>;
  readonly gone: Promise<void>;
  readonly raw: RawPortControl;
  readonly calls: Map<number, InFlight>;
  rss: number;
  /** Why it will die, where we know. */
  ending: 'wanted' | 'timeout' | undefined;
};

export function startChild<M extends Methods = AnyMethods>(options: ChildOptions): Child<M> {
  const { name, log = toStandardError, deathCode = 'engine-failed', spawn = forkProcess } = options;
  const listeners = createListeners();
  const waitingForIdle = new Set<() => void>();
  let running: Running | undefined;
  let starting: Promise<Running> | undefined;
  let closing: Promise<void> | undefined;
  /** Ends a back-off early. */
  let endWait: (() => void) | undefined;
  let deathsInARow = 0;
  let nextId = 1;

  /** A running process that has said it is ready. */
  function alive(): Promise<Running> {
    if (starting) return starting;
    const attempt = begin();
    starting = attempt;
    attempt.catch(() => {
      if (starting === attempt) starting = undefined;
    });
    return attempt;
  }

  async function begin(): Promise<Running> {
    await running?.gone; // one that is being killed
    const wait = backOff(deathsInARow);
    if (wait > 0 && !closing) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (closing) throw closed();
    const started = launch();
    const limit = setTimeout(() => retire(started, 'timeout'), options.startMs ?? 120_000);
    await started.ready.finally(() => clearTimeout(limit));
    return started;
  }

  function retire(run: Running, why: 'wanted' | 'timeout'): void {
    run.ending ??= why;
    starting = undefined;
    run.process.kill();
  }

  function launch(): Running {
    const lines: string[] = [];
    const child = spawn({
      name,
      entry: options.entry,
      env: options.env ?? {},
      execArgv: options.execArgv ?? [],
      onLine: (line) => {
        if (lines.push(line) > 20) lines.shift();
        log(`${name}: ${line}`);
      },
    });
    const post = (message: ToChild) => child.port.postMessage(message);
    const gone = Promise.withResolvers<void>();
    const ready = Promise.withResolvers<void>();
    ready.promise.catch(() => undefined); // begin() awaits it too; a death before that must not be an unhandled rejection
    const started: Running = {
      process: child,
      ready: ready.promise,
      gone: gone.promise,
      raw: createRawPort((data) => post({ kind: 'raw', data })),
      calls: new Map(),
      rss: 0,
      ending: undefined,
    };
    running = started;
    child.port.onMessage((received) => {
      const message = received as ToParent; // the child runs our own serve.ts
      if (message.kind === 'ready') ready.resolve();
      else if (message.kind === 'event') listeners.dispatch(message.name, message.data);
      else if (message.kind === 'raw') started.raw.receive(message.data);
      else settle(started, message);
    });
    child.onExit((status) => {
      running = undefined;
      if (!started.ending) starting = undefined;
      if (started.ending !== 'wanted') {
        deathsInARow += 1;
        log(`${name}: process ${child.pid ?? '?'} ended with ${describe(status)}`);
      }
      const error = died(status, lines);
      ready.reject(notStarted(status, lines));
      for (const call of started.calls.values()) fail(call, error);
      started.calls.clear();
      started.raw.close();
      gone.resolve();
      tellIdle();
      if (started.ending === 'wanted') return;
      options.onDeath?.(status);
      if (options.keepAlive && !closing) alive().catch((failure: Error) => log(`${name}: ${failure.message}`));
    });
    post({ kind: 'start', args: options.args });
    options.onPort?.(started.raw.port);
    return started;
  }

  function settle(from: Running, message: Extract<ToParent, { kind: 'reply' | 'failure' }>): void {
    from.rss = message.rss;
    deathsInARow = 0;
    const call = from.calls.get(message.id);
    from.calls.delete(message.id);
    clearTimeout(call?.timer);
    if (message.kind === 'reply') call?.resolve(message.data);
    else call?.reject(withDetail(message));
    tellIdle();
  }

  function request(to: Running, method: string, input: unknown, { signal, timeoutMs, timeout }: CallOptions): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = nextId++;
    const cancel = () => {
      to.process.port.postMessage({ kind: 'cancel', id } satisfies ToChild);
      reject(cancelled()); // the call stays in `calls` until the child answers: it is not idle before that
    };
    const expire = () => {
      reject(new AppError(timeout?.code ?? deathCode, timeout?.message ?? `${name} gave no answer to "${method}" within ${timeoutMs} ms.`));
      retire(to, 'timeout');
    };
    to.calls.set(id, { resolve, reject, timer: timeoutMs === undefined ? undefined : setTimeout(expire, timeoutMs) });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      to.process.port.postMessage({ kind: 'call', id, method, input } satisfies ToChild);
    } catch (error) {
      clearTimeout(to.calls.get(id)?.timer);
      to.calls.delete(id);
      reject(new AppError('internal', `The input of "${method}" cannot be sent to ${name}.`, { cause: error }));
    }
    return promise.finally(() => signal?.removeEventListener('abort', cancel));
  }

  function died(status: ExitStatus, lines: readonly string[]): AppError {
    const error = new AppError(deathCode, `The ${name} process ended unexpectedly (${describe(status)}).`, causedBy(lines));
    deaths.set(error, status);
    return error;
  }

  /** Not `deathCode`: no call is to blame. */
  function notStarted(status: ExitStatus, lines: readonly string[]): AppError {
    return new AppError('unavailable', `The ${name} process could not be started (${describe(status)}).`, causedBy(lines));
  }

  function tellIdle(): void {
    if (running && running.calls.size > 0) return;
    for (const tell of waitingForIdle) tell();
    waitingForIdle.clear();
  }

  const closed = () => new AppError('unavailable', `${name} has been closed.`);

  async function shutDown(graceMs: number): Promise<void> {
    endWait?.();
    const last = running;
    if (!last) return;
    const deadline = setTimeout(() => retire(last, 'wanted'), graceMs);
    await child.idle();
    last.ending ??= 'wanted';
    last.process.port.postMessage({ kind: 'close' } satisfies ToChild);
    await last.gone;
    clearTimeout(deadline);
  }

  const child: Child<M> = {
    call: async (method, input, callOptions = {}) => {
      if (closing) throw closed();
      const ready = await abortable(alive(), callOptions.signal);
      // The method table is the child's own type, so the answer has the type that it declares.
      return (await request(ready, method, input, callOptions)) as never;
    },
    emit: (event, data) => running?.process.port.postMessage({ kind: 'event', name: event, data } satisfies ToChild),
    on: listeners.on,
    get pid() {
      return running?.process.pid;
    },
    get rss() {
      return running?.rss ?? 0;
    },
    idle: () => (running && running.calls.size > 0 ? new Promise((resolve) => waitingForIdle.add(resolve)) : Promise.resolve()),
    touch: () => {
      for (const { timer } of running?.calls.values() ?? []) timer?.refresh();
    },
    kill: () => {
      if (running) retire(running, 'wanted');
    },
    close: (graceMs = 10_000) => {
      closing ??= shutDown(graceMs);
      return closing;
    },
  };
  alive().catch((error: Error) => log(`${name}: ${error.message}`));
  return child;
}

function fail(call: InFlight, error: AppError): void {
  clearTimeout(call.timer);
  call.reject(error);
}

function causedBy(lines: readonly string[]): { cause?: Error } {
  return lines.length === 0 ? {} : { cause: new Error(lines.join('\n')) };
}

function withDetail({ error, detail }: Extract<ToParent, { kind: 'failure' }>): AppError {
  if (detail === undefined) return fromWire(error);
  const { code, message } = fromWire(error);
  return new AppError(code, message, { cause: new Error(detail) });
}

function describe({ code, signal }: ExitStatus): string {
  if (signal) return `signal ${signal}`;
  return code === null ? 'it could not be started' : `exit status ${code}`;
}

const cancelled = () => new AppError('cancelled', 'cancelled');

function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  if (signal.aborted) return Promise.reject(cancelled());
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(cancelled());
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}
