/**
 * @file What stops all indexing and is no file's fault: a full disk, an engine that is being restarted. Work waits, longer each time, and
 * goes on by itself; whoever waits for the end is told when that does not help.
 */
import { AppError } from '../api/errors.ts';

export type Trouble = {
  /** Work has to wait. */
  readonly waiting: boolean;
  /** The reason, from the first failure until something succeeds again. */
  readonly reason: AppError | undefined;
  /** It lasted through several attempts. */
  readonly lasting: boolean;
  meet(error: AppError): void;
  /** Something succeeded. */
  over(): void;
  close(): void;
};

const firstDelayMs = 500;
const longestDelayMs = 30_000;
/** About a quarter of a minute. */
const lastingAttempts = 5;

export function isTransient(error: unknown): error is AppError {
  return (
    error instanceof AppError &&
    ['engine-failed', 'unavailable', 'disk-full', 'library-busy', 'model-missing', 'model-invalid'].includes(error.code)
  );
}

export function createTrouble(retry: () => void): Trouble {
  let attempts = 0;
  let reason: AppError | undefined;
  let timer: NodeJS.Timeout | undefined;

  return {
    get waiting() {
      return timer !== undefined;
    },
    get reason() {
      return reason;
    },
    get lasting() {
      return attempts >= lastingAttempts;
    },
    meet(error) {
      reason = error;
      if (timer) return;
      timer = setTimeout(
        () => {
          timer = undefined;
          retry();
        },
        Math.min(longestDelayMs, firstDelayMs * 2 ** attempts),
      );
      attempts += 1;
    },
    over() {
      attempts = 0;
      reason = undefined;
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
