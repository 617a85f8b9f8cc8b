/** @file What a download does when the line is cut: it waits, tries again, and gives up only when nothing comes any more. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/api/errors.ts';

export type Patience = {
  /** Tries in a row that bring nothing new. */
  readonly attempts: number;
  /** Before the second try; doubled before each further one. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A line that is silent for so long is cut. */
  readonly silenceMs: number;
};

export const defaultPatience: Patience = { attempts: 6, firstDelayMs: 1000, longestDelayMs: 30_000, silenceMs: 60_000 };

/** A failure that may be over in a moment. Stays within this folder: who calls hears an AppError. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  /** What the server asked for. */
  readonly waitMs: number | undefined;

  constructor(message: string, { cause, waitMs }: { cause?: unknown; waitMs?: number | undefined } = {}) {
    super(message, { cause });
    this.waitMs = waitMs;
  }
}

/** A server that wants a longer pause is not waited for. */
const longestWish = 5 * 60_000;

export type Persistence = {
  readonly patience: Patience;
  /** How far the work is. Tries are counted anew whenever it has moved. */
  readonly position?: () => number;
  readonly onWait?: (sentence: string) => void;
  readonly signal?: AbortSignal | undefined;
};

/** Repeats `work` after each Interruption. Throws `download-failed` with the last one as its cause. */
export async function persist<T>(work: () => Promise<T>, { patience, position, onWait, signal }: Persistence): Promise<T> {
  for (let failures = 0; ; ) {
    const before = position?.();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
      failures = position?.() === before ? failures + 1 : 1;
      if (failures >= patience.attempts) throw givenUp(error, `after ${failures} tries in a row`);
      const delay = error.waitMs ?? Math.min(patience.longestDelayMs, patience.firstDelayMs * 2 ** (failures - 1));
      if (delay > longestWish) throw givenUp(error, `since the server asks for ${Math.ceil(delay / 60_000)} minutes of patience`);
      onWait?.(`${error.message}; trying again in ${Math.max(1, Math.round(delay / 1000))} s`);
      await sleep(delay, undefined, { signal });
    }
  }
}

function givenUp(error: Interruption, when: string): AppError {
  return new AppError(
    'download-failed',
    `${error.message}. Given up ${when}. What has arrived is kept: the same download goes on from there.`,
    { cause: error },
  );
}
