/** @file How fast an engine is on this machine: asked of a process of its own, so that nobody waits for it, and remembered. */
import { z } from 'zod';
import { AppError } from '../core/api/errors.ts';
import { startChild } from '../core/process/child.ts';
import { storeErrors } from '../core/store/failure.ts';
import type { Store } from '../core/store/open.ts';
import { readValue, writeValue } from '../core/store/settings.ts';
import type { ProbeMethods, Speed } from './probe-process.ts';

export type Speeds = {
  /** Of the last probe; null where there was none. */
  read(id: string): number | null;
  probe(id: string): Promise<Speed>;
  close(): Promise<void>;
};

const schema = z.object({ secondsPerPicture: z.number(), secondsPerText: z.number() });
const limitMs = 10 * 60_000;

export function createSpeeds(store: Store, log: (line: string) => void): Speeds {
  const running = new Map<string, { readonly speed: Promise<Speed>; close(): Promise<void> }>();
  const key = (id: string) => `speed:${id}`;

  async function measure(id: string): Promise<Speed> {
    const child = startChild<ProbeMethods>({ name: 'probe', entry: new URL('./probe-process.ts', import.meta.url), log });
    const speed = child
      .call('probe', { id }, { timeoutMs: limitMs, timeout: { code: 'engine-failed', message: 'The probe came to no end.' } })
      .finally(() => child.close(0));
    running.set(id, { speed, close: () => child.close(0) });
    try {
      const measured = await speed;
      storeErrors(store.directory, () => writeValue(store, key(id), measured));
      return measured;
    } finally {
      running.delete(id);
    }
  }

  return {
    read: (id) => schema.safeParse(readValue(store, key(id))).data?.secondsPerPicture ?? null,
    probe(id) {
      if (running.size > 0 && !running.has(id))
        throw new AppError('unavailable', 'Another engine is being measured. Try again in a moment.');
      return running.get(id)?.speed ?? measure(id);
    },
    close: async () => {
      await Promise.all([...running.values()].map((one) => one.close()));
    },
  };
}
