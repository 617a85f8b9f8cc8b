/** @file One question to a process of its own: for what may crash or hang, blocks its thread, or is to give all its memory back. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError, fromWire, toWire, type WireError } from '../../core/api/errors.ts';

type Reply<Answer> =
  | { readonly type: 'progress'; readonly sentence: string }
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'failed'; readonly error: WireError };

export type AskOptions = {
  readonly signal?: AbortSignal | undefined;
  /** In milliseconds. No limit if absent. */
  readonly timeout?: number;
  readonly onProgress?: ((sentence: string) => void) | undefined;
  readonly onStart?: ((pid: number) => void) | undefined;
  /** What native libraries write to standard error: shown or not. */
  readonly errors?: 'inherit' | 'ignore';
};

/**
 * Runs the module, which calls `answerQuestion`. The process is gone when this returns.
 * Throws what the module throws, `engine-failed` where it dies or takes too long, or the signal's reason.
 */
export async function askProcess<Question extends object, Answer>(
  module: URL,
  question: Question,
  { signal, timeout, onProgress, onStart, errors = 'ignore' }: AskOptions = {},
): Promise<Answer> {
  signal?.throwIfAborted();
  const child = fork(fileURLToPath(module), [], { stdio: ['ignore', 'ignore', errors, 'ipc'], serialization: 'advanced', execArgv: [] });
  if (child.pid !== undefined) onStart?.(child.pid);
  let timer: NodeJS.Timeout | undefined;
  let abort: (() => void) | undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const fail = (why: string, cause?: unknown) => reject(new AppError('engine-failed', why, { cause }));
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      if (timeout !== undefined) timer = setTimeout(() => fail(`It was not through after ${Math.round(timeout / 1000)} seconds.`), timeout);
      child.on('error', (cause) => fail(`A process could not be started: ${cause.message}.`, cause));
      // Unlike 'exit' it comes after the last message.
      child.on('close', (code, killedBy) => fail(`Its process ended with ${killedBy ?? code}.`));
      child.on('message', (reply) => {
        const message = reply as Reply<Answer>;
        if (message.type === 'progress') onProgress?.(message.sentence);
        else if (message.type === 'answer') resolve(message.answer);
        else reject(fromWire(message.error));
      });
      child.send(question, (cause) => cause && fail(`A process could not be asked: ${cause.message}.`, cause));
    });
  } finally {
    clearTimeout(timer);
    if (abort) signal?.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  }
}

/** The other side: what the module of such a process calls, once. */
export function answerQuestion<Question extends object, Answer>(
  answer: (question: Question, onProgress: (sentence: string) => void) => Promise<Answer>,
): void {
  const reply = (message: Reply<Answer>) => process.send?.(message);
  process.once('message', (question) => {
    answer(question as Question, (sentence) => reply({ type: 'progress', sentence })).then(
      (value) => reply({ type: 'answer', answer: value }),
      (error: unknown) => reply({ type: 'failed', error: wireOf(error) }),
    );
  });
  // The one who asked is gone.
  process.once('disconnect', () => process.exit());
}

/** Both sides are of one program and one user: nothing needs to be kept from the other. */
function wireOf(error: unknown): WireError {
  return error instanceof AppError ? toWire(error) : { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
