/**
 * @file The child's side of a channel: answers calls by name, passes events and raw messages, ends with its parent.
 */
import { AppError, isAbort, toWire, type WireError } from '../api/errors.ts';
import { createListeners, createRawPort, type Port, type RawPort, type ToChild, type ToParent } from './port.ts';

export type CallContext = {
  /** Aborted when the parent no longer wants the answer. */
  readonly signal: AbortSignal;
};

/** What a child offers. Its type, imported as a type only, types the parent's calls. */
export type Methods = Record<string, (input: never, context: CallContext) => unknown>;

/** The parent as its child sees it. */
export type Parent = {
  emit(name: string, data?: unknown): void;
  on(name: string, listener: (data: unknown) => void): () => void;
  /** For a protocol of its own beside calls and events, e.g. oRPC. */
  readonly port: RawPort;
  /** Runs when the parent closes this child or is gone, before the process exits. */
  onClose(run: () => unknown): void;
};

/** Serves methods that need nothing, or those that a setup makes of the parent's `args`. The process ends with the parent. */
export function serveChild(methods: Methods | ((args: never, parent: Parent) => Methods | Promise<Methods>)): void {
  const channel = parentChannel();
  const send = (message: ToParent) => channel.port.postMessage(message);
  const listeners = createListeners();
  const raw = createRawPort((data) => send({ kind: 'raw', data }));
  const running = new Map<number, AbortController>();
  const closers: (() => unknown)[] = [];
  let served: Methods = {};
  let ending = false;

  const parent: Parent = {
    emit: (name, data) => send({ kind: 'event', name, data }),
    on: listeners.on,
    port: raw.port,
    onClose: (run) => closers.push(run),
  };

  async function start(args: unknown): Promise<void> {
    served = typeof methods === 'function' ? await methods(args as never, parent) : methods;
    send({ kind: 'ready' });
  }

  async function answer(id: number, method: string, input: unknown): Promise<void> {
    const abort = new AbortController();
    running.set(id, abort);
    try {
      const run = Object.hasOwn(served, method) ? served[method] : undefined;
      if (!run) throw new AppError('internal', `no such method of this process: ${method}`);
      const data = await run(input as never, { signal: abort.signal });
      send({ kind: 'reply', id, rss: rss(), data });
    } catch (error) {
      send({ kind: 'failure', id, rss: rss(), ...describe(error) });
    } finally {
      running.delete(id);
    }
  }

  async function end(): Promise<void> {
    if (ending) return;
    ending = true;
    raw.close();
    try {
      for (const run of closers) await run();
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
    process.exit(0);
  }

  channel.port.onMessage((received) => {
    const message = received as ToChild; // only our own parent can write to this channel
    if (message.kind === 'start') start(message.args).catch(fail);
    else if (message.kind === 'call') void answer(message.id, message.method, message.input);
    else if (message.kind === 'cancel') running.get(message.id)?.abort();
    else if (message.kind === 'event') listeners.dispatch(message.name, message.data);
    else if (message.kind === 'raw') raw.receive(message.data);
    else void end();
  });
  channel.onGone(() => void end());
  // A child whose state is unknown must not live on: the parent starts a fresh one. Electron's utility processes only warn.
  process.on('unhandledRejection', fail);
  process.on('uncaughtException', fail);
  // A terminal's Ctrl-C reaches the whole process group; the parent decides when its children end.
  process.on('SIGINT', () => undefined);
}

/** Asking the system takes up to a millisecond, as long as some calls. */
const rssAgeMs = 200;
let rssBytes = 0;
let rssAt = Number.NEGATIVE_INFINITY;

function rss(): number {
  const now = performance.now();
  if (now - rssAt > rssAgeMs) {
    rssBytes = process.memoryUsage.rss();
    rssAt = now;
  }
  return rssBytes;
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

function describe(error: unknown): { error: WireError; detail?: string } {
  const wire = toWire(error);
  if (error instanceof AppError) return error.cause === undefined ? { error: wire } : { error: wire, detail: inspect(error.cause) };
  if (isAbort(error)) return { error: wire };
  console.error(error);
  return { error: wire, detail: inspect(error) };
}

function inspect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The parent's end of the channel: Electron's `process.parentPort` in a utility process, the IPC channel of a fork otherwise. */
function parentChannel(): { port: Port; onGone(listener: () => void): void } {
  const { parentPort } = process as NodeJS.Process & { parentPort?: RawPort };
  if (parentPort) {
    return {
      port: {
        postMessage: (message) => parentPort.postMessage(message),
        onMessage: (listener) => parentPort.on('message', (event) => listener(event?.data)),
      },
      onGone: (listener) => parentPort.on('close', listener),
    };
  }
  if (!process.send) throw new AppError('bad-request', 'This file is a child process of Oneword and cannot be started by itself.');
  return {
    port: {
      postMessage: (message) => {
        if (process.connected) process.send?.(message);
      },
      onMessage: (listener) => process.on('message', listener),
    },
    onGone: (listener) => process.once('disconnect', listener),
  };
}
