/** @file A gate on the way of long work: closed while the user has paused it. */

export type Gate = {
  set(open: boolean): void;
  /** Resolves as soon as the gate is open. Rejects with the signal's reason when that aborts. */
  pass(signal: AbortSignal): Promise<void>;
};

export function createGate(open: boolean): Gate {
  let closed = open ? undefined : Promise.withResolvers<void>();
  return {
    set(now) {
      if (now) closed?.resolve();
      closed = now ? undefined : (closed ?? Promise.withResolvers<void>());
    },
    async pass(signal) {
      signal.throwIfAborted();
      if (!closed) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const abort = (): void => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      void closed.promise.then(resolve);
      await promise.finally(() => signal.removeEventListener('abort', abort));
    },
  };
}
