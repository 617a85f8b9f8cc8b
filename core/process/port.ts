/**
 * @file The channel between a parent and its child process, kept apart from what carries it: `child_process.fork` today
 * (fork.ts), Electron's `utilityProcess` in the desktop app. Everything that structured clone can copy may travel.
 */
import type { WireError } from '../api/errors.ts';

/** One end of a channel. */
export interface Port {
  postMessage(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

export type ExitStatus = { readonly code: number | null; readonly signal: string | null };

/** A child process as child.ts needs it. */
export interface Spawned {
  readonly pid: number | undefined;
  readonly port: Port;
  /** Called once, after the last message. */
  onExit(listener: (status: ExitStatus) => void): void;
  /** At once and without appeal (SIGKILL): native code that runs cannot be asked to stop. */
  kill(): void;
}

export type SpawnOptions = {
  readonly name: string;
  readonly entry: URL;
  readonly env: Readonly<Record<string, string>>;
  readonly execArgv: readonly string[];
  /** A line that the child wrote to its standard output or error. */
  readonly onLine: (line: string) => void;
};
export type Spawn = (options: SpawnOptions) => Spawned;

/** What the parent says. `start` is the first message. */
export type ToChild =
  | { kind: 'start'; args: unknown }
  | { kind: 'call'; id: number; method: string; input: unknown }
  | { kind: 'cancel'; id: number }
  | { kind: 'event'; name: string; data: unknown }
  | { kind: 'raw'; data: unknown }
  | { kind: 'close' };

/** What the child says. `detail` is for the parent's log only. */
export type ToParent =
  | { kind: 'ready' }
  | { kind: 'reply'; id: number; rss: number; data: unknown }
  | { kind: 'failure'; id: number; rss: number; error: WireError; detail?: string }
  | { kind: 'event'; name: string; data: unknown }
  | { kind: 'raw'; data: unknown };

type RawListener = (event?: { data: unknown }) => void;

/** A plain message port inside the channel, in the shape that oRPC's message-port adapters take (Electron's MessagePortMain). */
export interface RawPort {
  postMessage(data: unknown): void;
  on(event: string, listener: RawListener): void;
}

/** The two ends of a RawPort's life that belong to the channel: what arrives for it, and that it is over. */
export type RawPortControl = { readonly port: RawPort; receive(data: unknown): void; close(): void };

/** Like a MessagePort that was not started, it keeps what arrives until somebody listens. */
export function createRawPort(send: (data: unknown) => void): RawPortControl {
  const listeners: RawListener[] = [];
  const closeListeners: RawListener[] = [];
  let waiting: unknown[] = [];
  let closed = false;
  return {
    port: {
      postMessage: (data) => {
        if (!closed) send(data);
      },
      on: (event, listener) => {
        if (event === 'close') closeListeners.push(listener);
        if (event !== 'message') return;
        listeners.push(listener);
        const kept = waiting;
        waiting = [];
        for (const data of kept) listener({ data });
      },
    },
    receive: (data) => {
      if (listeners.length === 0) waiting.push(data);
      for (const listener of listeners) listener({ data });
    },
    close: () => {
      if (closed) return;
      closed = true;
      for (const listener of closeListeners) listener();
    },
  };
}

type EventListener = (data: unknown) => void;

/** Named one-way events of one end. */
export type Listeners = { on(name: string, listener: EventListener): () => void; dispatch(name: string, data: unknown): void };

export function createListeners(): Listeners {
  const byName = new Map<string, Set<EventListener>>();
  return {
    on: (name, listener) => {
      const set = byName.get(name) ?? new Set();
      byName.set(name, set.add(listener));
      return () => set.delete(listener);
    },
    dispatch: (name, data) => {
      for (const listener of [...(byName.get(name) ?? [])]) listener(data);
    },
  };
}
