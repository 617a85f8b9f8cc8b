/**
 * @file What each engine makes of a question, without waiting longer than one wants to.
 *
 * [Note: patience] The serving engine is waited for. A second one that is slow (a picture can take it a minute) must not hold up the
 * answer: what it has not said after a moment is left out, goes on being worked on, and is there when the same is asked again.
 * Only the latest of such questions is gone on with, or somebody who types would leave a trail of them.
 */
import { hasCode } from '../api/errors.ts';
import type { Word } from '../indexing/embedder.ts';
import { type Asked, type QueryVector, referenceOf, vectorOf } from './query-vector.ts';
import type { SearchSpace } from './space.ts';

/** A question's vector and what it says in one word. */
export type Understood = QueryVector & { readonly says: readonly Word[] };

export type Understanding = {
  /** Undefined for an engine that is out of order, and for a second one that has not answered yet. */
  ofBoth(
    serving: SearchSpace,
    second: SearchSpace | undefined,
    asked: Asked,
    signal: AbortSignal | undefined,
  ): Promise<readonly [Understood | undefined, Understood | undefined]>;
  /** Ends what is still worked on for this space. */
  forget(spaceId: number): void;
};

type Running = {
  readonly spaceId: number;
  readonly key: string;
  readonly abort: AbortController;
  readonly result: Promise<Understood | undefined>;
};

const wordsSaid = 5;
const kept = 64;

export function createUnderstanding(patienceMs: number, log: (line: string) => void): Understanding {
  const known = new Map<string, Understood>();
  let running: Running | undefined;

  async function understand(space: SearchSpace, asked: Asked, key: string, signal: AbortSignal | undefined): Promise<Understood> {
    const found = known.get(key);
    if (found) return remember(key, found);
    const vector = await vectorOf(space, asked, signal);
    const [says = []] = await space.embedder.words({ dimension: vector.vector.length, data: vector.vector }, wordsSaid);
    signal?.throwIfAborted();
    return remember(key, { ...vector, says });
  }

  /** Forgotten in order of last use. */
  function remember(key: string, understood: Understood): Understood {
    known.delete(key);
    known.set(key, understood);
    for (const oldest of known.keys()) {
      if (known.size <= kept) break;
      known.delete(oldest);
    }
    return understood;
  }

  async function ofServing(space: SearchSpace, asked: Asked, signal: AbortSignal | undefined): Promise<Understood | undefined> {
    try {
      return await understand(space, asked, keyOf(space, asked), signal);
    } catch (error) {
      if (asked.picture === undefined && isOutOfOrder(error)) return undefined;
      throw error;
    }
  }

  /** Whatever goes wrong with the second engine is no reason not to answer. */
  async function ofSecond(space: SearchSpace, asked: Asked, signal: AbortSignal | undefined): Promise<Understood | undefined> {
    const key = keyOf(space, asked);
    if (running?.key !== key || running.spaceId !== space.spaceId) {
      running?.abort.abort();
      const abort = new AbortController();
      const result = understand(space, asked, key, abort.signal).catch((error: unknown) => {
        if (!abort.signal.aborted) log(`${space.name} does not answer: ${error instanceof Error ? error.message : String(error)}`);
        return undefined;
      });
      const started: Running = { spaceId: space.spaceId, key, abort, result };
      running = started;
      void result.finally(() => {
        if (running === started) running = undefined;
      });
    }
    const { result, abort } = running;
    const giveUp = () => abort.abort(); // while somebody waits for it; afterwards it goes on
    signal?.addEventListener('abort', giveUp, { once: true });
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patienceMs);
    });
    return Promise.race([result, patience]).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    });
  }

  return {
    async ofBoth(serving, second, asked, signal) {
      // What is wrong with the question itself, e.g. an item that is gone, is said by the serving engine.
      const beside = second && ofSecond(second, asked, signal).catch(() => undefined);
      return [await ofServing(serving, asked, signal), await beside];
    },
    forget(spaceId) {
      if (running?.spaceId === spaceId) running.abort.abort();
    },
  };
}

/** The vector of a picture is known by its key: one that was embedded anew is another question. */
function keyOf(space: SearchSpace, asked: Asked): string {
  const reference = asked.picture && referenceOf(space, asked.picture);
  return JSON.stringify([
    space.spaceId,
    asked.words,
    asked.picture ?? null,
    asked.edit,
    asked.strength ?? null,
    asked.composition ?? null,
    reference ?? null,
  ]);
}

/** The engine is missing or does not come up: what it is not needed for goes on. */
function isOutOfOrder(error: unknown): boolean {
  return (['engine-failed', 'model-missing', 'model-invalid'] as const).some((code) => hasCode(error, code));
}
