/**
 * @file Shows an engine that stands beside the serving one all pictures that it has not seen, newest first, until its vectors cover the
 * library. The rows say what is left, so a process that is killed goes on where it was.
 *
 * [Note: covered] An engine covers the library when every picture that a file has, has a vector of it or was refused by it. A picture that
 * cannot be read now (its drive is not connected, its file changes) is neither: it is waited for, so that no picture is lost to searches.
 * An engine that refuses many covers nothing: it would take those pictures out of every answer.
 */
import { AppError, type ErrorCode, isAbort } from '../api/errors.ts';
import type { Readers, ReadResult } from '../readers/reader.ts';
import { listUncovered, sourceOf, type Uncovered } from '../store/contents.ts';
import { countEmbeddings } from '../store/embeddings.ts';
import { asStoreError } from '../store/failure.ts';
import type { Store } from '../store/open.ts';
import type { IndexedEngine } from './engines.ts';
import { type Covered, type Records, requireSound } from './records.ts';
import { createTrouble, isTransient } from './trouble.ts';

export type CatchUpOptions = {
  readonly store: Store;
  readonly readers: Readers;
  readonly engine: IndexedEngine;
  readonly records: Records;
  /** Asked before each picture: pause, and everything more urgent. */
  readonly mayRun: () => boolean;
  readonly log: (line: string) => void;
  readonly onDone: (pictures: number) => void;
  /** The engine covers the library now, maybe not for the first time. */
  readonly onCovered: () => void;
};

/** What the engine cannot take. */
export type Refusal = { readonly contentId: number; readonly code: ErrorCode; readonly message: string };

export type CatchUp = {
  readonly engine: IndexedEngine;
  /** There may be something to do. */
  wake(): void;
  remaining(): number;
  /** Pictures that wait for their drive. */
  readonly waiting: number;
  readonly refusals: readonly Refusal[];
  /** Why nothing goes on; undefined when nothing stops it. */
  readonly trouble: AppError | undefined;
  close(): Promise<void>;
};

/** Read or on their way to the engine at the same time: enough for several processes of it. */
const parallel = 8;
const commitBatch = 64;
const commitMs = 1000;
/** An engine that refuses so many pictures, one after the other, is broken. */
const refusalsInARow = 20;
/** A picture that fails this often, while others do not, is the cause itself. */
const attempts = 3;
/** Pictures that cannot be read now are tried again after so long. */
const restMs = 30_000;
/** Looking for what is left reads a row for every picture. */
const lookMs = 1000;

export function createCatchUp({ store, readers, engine, records, mayRun, log, onDone, onCovered }: CatchUpOptions): CatchUp {
  const { embedder, spaceId } = engine;
  const abort = new AbortController();
  const { signal } = abort;
  const trouble = createTrouble(pump);
  const working = new Set<Promise<void>>();
  const refusals = new Map<number, Refusal>();
  /** Failures of a part, and how many others had succeeded before the first. */
  const failures = new Map<number, { count: number; successesBefore: number }>();
  const resting = new Set<number>();
  const timers = { commit: undefined, rest: undefined, look: undefined } as Record<'commit' | 'rest' | 'look', NodeJS.Timeout | undefined>;
  /** The next one last. */
  let todo: Uncovered[] = [];
  let results: Covered[] = [];
  let waiting = 0;
  let successes = 0;
  let inARow = 0;
  let broken: AppError | undefined;

  function pump(): void {
    if (signal.aborted || trouble.waiting || broken) return;
    while (working.size < parallel && todo.length > 0 && mayRun()) {
      const next = todo.pop();
      if (next) track(cover(next));
    }
    if (results.length >= commitBatch || (results.length > 0 && working.size === 0)) commit();
    else if (results.length > 0) timers.commit ??= setTimeout(commit, commitMs);
  }

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      working.delete(tracked);
      pump();
      if (isIdle()) look();
    });
    working.add(tracked);
  }

  const isIdle = (): boolean => todo.length + working.size + results.length === 0 && !signal.aborted && !trouble.waiting && !broken;

  /** What is left? */
  function look(): void {
    clearTimeout(timers.look);
    timers.look = undefined;
    const left = listUncovered(store, spaceId).filter(({ partId }) => !refusals.has(partId));
    const readable = left.filter(({ contentId }) => sourceOf(store, contentId) !== undefined);
    waiting = left.length - readable.length;
    todo = readable.filter(({ partId }) => !resting.has(partId)).reverse();
    if (todo.length > 0) pump();
    else if (readable.length > 0) timers.rest ??= setTimeout(rested, restMs).unref();
    else if (waiting === 0 && coversEnough()) onCovered();
  }

  function rested(): void {
    timers.rest = undefined;
    resting.clear();
    if (isIdle()) look();
  }

  async function cover(part: Uncovered): Promise<void> {
    let source: ReturnType<typeof sourceOf>;
    try {
      source = sourceOf(store, part.contentId);
      if (!source) return; // gone, or its drive was unplugged
      const { path } = source;
      const read = await readers.read({ path, rasters: embedder.rasters('fast') }, signal).catch((error: unknown) => {
        if (isTransient(error) || signal.aborted || isAbort(error)) throw error;
        rest(part, path, error);
        return undefined;
      });
      if (read === undefined) return;
      if (read.hash !== source.hash)
        resting.add(part.partId); // it has changed: soon it is indexed anew
      else await embed(part, read);
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      failed(part, source?.path ?? '', asStoreError(store.directory, error));
    }
  }

  async function embed({ partId, contentId }: Uncovered, { picture }: ReadResult): Promise<void> {
    const answer = await embedder.image([picture], { priority: 'index', pass: 'fast', signal });
    requireSound(answer.data, embedder.space.dimension);
    const [findings] = answer.findings;
    if (!findings) throw new AppError('engine-failed', 'The engine answered a picture without findings.');
    results.push({ partId, contentId, vector: answer.data, findings });
    successes += 1;
    inARow = 0;
    trouble.over();
  }

  function countFailure({ partId }: Uncovered): { count: number; successesBefore: number } {
    const known = failures.get(partId) ?? { count: 0, successesBefore: successes };
    failures.set(partId, { ...known, count: known.count + 1 });
    return { ...known, count: known.count + 1 };
  }

  /** The file cannot be read, maybe only for now. */
  function rest(part: Uncovered, path: string, error: unknown): void {
    resting.add(part.partId);
    if (countFailure(part).count >= attempts) refuse(part, path, error);
  }

  function failed(part: Uncovered, path: string, error: unknown): void {
    const { count, successesBefore } = countFailure(part);
    if (isTransient(error) && (count < attempts || successes === successesBefore)) {
      todo.unshift(part); // others first: their success tells whether the engine works at all
      trouble.meet(error);
      return;
    }
    refuse(part, path, error);
    inARow += 1;
    if (inARow < refusalsInARow) return;
    const reason = error instanceof Error ? error.message : String(error);
    broken = new AppError('engine-failed', `It failed on ${inARow} pictures in a row, on the last one so: ${reason}`, { cause: error });
  }

  function refuse({ partId, contentId }: Uncovered, path: string, error: unknown): void {
    const { code, message } = error instanceof AppError ? error : new AppError('internal', String(error), { cause: error });
    log(`${embedder.space.id} cannot take ${path}: ${code === 'internal' && error instanceof Error ? error.stack : message}`);
    refusals.set(partId, { contentId, code, message: `${embedder.space.model} cannot take this picture: ${message}` });
    onDone(1);
  }

  function coversEnough(): boolean {
    const covered = countEmbeddings(store, spaceId);
    if (refusals.size <= Math.max(1, covered / 10)) return true;
    broken = new AppError('engine-failed', `It cannot take ${refusals.size} of ${covered + refusals.size} pictures.`);
    return false;
  }

  function commit(): void {
    clearTimeout(timers.commit);
    timers.commit = undefined;
    const batch = results;
    results = [];
    try {
      records.cover(engine, batch);
      onDone(batch.length);
    } catch (error) {
      const known = asStoreError(store.directory, error);
      if (!(known instanceof AppError)) log(`results could not be stored: ${known instanceof Error ? known.stack : String(known)}`);
      const message = 'The library refuses to be written to. The log has the details.';
      trouble.meet(known instanceof AppError ? known : new AppError('internal', message, { cause: error }));
      todo.push(...batch);
    }
  }

  return {
    engine,
    wake() {
      pump();
      if (isIdle()) timers.look ??= setTimeout(() => isIdle() && look(), successes === 0 ? 0 : lookMs);
    },
    remaining: () => todo.length + working.size + results.length + waiting,
    get waiting() {
      return waiting;
    },
    get refusals() {
      return [...refusals.values()];
    },
    get trouble() {
      return broken ?? trouble.reason;
    },
    async close() {
      if (results.length > 0 && !trouble.waiting) commit(); // what is embedded already need not be computed again
      abort.abort();
      for (const timer of Object.values(timers)) clearTimeout(timer);
      trouble.close();
      await Promise.all(working);
    },
  };
}
