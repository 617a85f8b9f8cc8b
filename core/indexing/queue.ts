/**
 * @file The way of a pending file: read (several at a time) -> embed (in batches) -> commit (in batches). Each stage works while the
 * others do. Nothing but work in flight is held in memory: after a kill the rows say what is left to do.
 */
import { AppError, isAbort } from '../api/errors.ts';
import type { Thumbnails } from '../library/thumbnails.ts';
import { thumbnailSides } from '../library/thumbnails.ts';
import { look } from '../library/walk.ts';
import type { Readers, ReadResult } from '../readers/reader.ts';
import { hasContentOfSize } from '../store/contents.ts';
import { asStoreError } from '../store/failure.ts';
import { type FileRow, fileById, markPending } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import type { Engines, IndexedEngine } from './engines.ts';
import { createLine } from './line.ts';
import { type Embedded, type Records, requireSound } from './records.ts';
import { createSameBytes } from './same-bytes.ts';
import { createTrouble, isTransient } from './trouble.ts';

export type QueueOptions = {
  readonly store: Store;
  readonly readers: Readers;
  readonly engines: Engines<IndexedEngine>;
  readonly records: Records;
  readonly thumbnails: Thumbnails;
  /** Looks at the disk: files of an unplugged drive are not broken. */
  readonly isReachable: (rootId: number) => Promise<boolean>;
  /** Files read at the same time. */
  readonly reading: number;
  readonly paused: boolean;
  readonly now: () => number;
  readonly log: (line: string) => void;
  /** A file is no longer pending. */
  readonly onDone: (files: number) => void;
  /** Nothing is left, or something is again. */
  readonly onTurn: () => void;
};

export type Queue = {
  /** Rows have become pending. The first call begins the work. */
  wake(hurried?: readonly number[]): void;
  setPaused(paused: boolean): void;
  /** Another engine serves: what was made ready for the former one, or by it, is read again. */
  changeEngine(): void;
  readonly isIdle: boolean;
  /** Why everything waits; undefined when nothing stops it. */
  readonly trouble: AppError | undefined;
  readonly troubleLasts: boolean;
  close(): Promise<void>;
};

type Read = {
  readonly file: FileRow;
  readonly result: ReadResult;
  /** Failures of the engine with this picture. From the first on it is tried alone. */
  failures: number;
  /** `successes` at the first of them. */
  successesBefore: number;
};

/** Pictures that go to the engine together, and such batches on their way: enough for several processes of it. */
const embedBatch = 4;
const embedsInFlight = 4;
/** Each commit waits for the disk, and everything waits for it. A single file is committed at once, see `pump`. */
const commitBatch = 64;
const commitMs = 1000;
/** Decoded pictures that wait for the engine, and results that wait for the disk, before reading waits too. */
const [mostRead, mostEmbedded] = [32, 256];
/** A file that was written to so short ago may not be complete. */
const youngMs = 3000;
/** A picture that the engine fails on this often, while it answers others, is the cause itself. */
const engineAttempts = 3;

export function createQueue(options: QueueOptions): Queue {
  const { store, readers, engines, records, thumbnails, now, log, onDone, onTurn } = options;
  const abort = new AbortController();
  const { signal } = abort;
  const line = createLine(store, pump);
  const trouble = createTrouble(line.wake);
  const working = new Set<Promise<void>>();
  const sameBytes = createSameBytes();
  const rested = new Set<string>();
  let read: Read[] = [];
  let embedded: Embedded[] = [];
  let reading = 0;
  let embedding = 0;
  let successes = 0;
  let { paused } = options;
  let wasIdle = true;
  let commitTimer: NodeJS.Timeout | undefined;

  function pump(): void {
    if (signal.aborted) return;
    if (!trouble.waiting) {
      while (!paused && reading < options.reading && reading + read.length < mostRead && embedded.length < mostEmbedded) {
        const file = line.take();
        if (!file) break;
        reading += 1;
        track(
          readOne(file).finally(() => {
            reading -= 1;
          }),
        );
      }
      while (read.length > 0 && embedding < embedsInFlight) {
        embedding += 1;
        track(
          embedSome(takeBatch()).finally(() => {
            embedding -= 1;
          }),
        );
      }
      if (embedded.length >= commitBatch || (embedded.length > 0 && reading + embedding === 0)) commit();
      else if (embedded.length > 0) commitTimer ??= setTimeout(onCommitTimer, commitMs);
    }
    const idle = line.isEmpty;
    if (idle !== wasIdle) {
      wasIdle = idle;
      onTurn();
    }
  }

  function track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        // What is thrown here is a fault of ours or of the store; the files stay pending.
        const known = asStoreError(store.directory, error);
        if (!isAbort(known)) log(`indexing: ${known instanceof Error ? known.stack : String(known)}`);
        trouble.meet(
          known instanceof AppError
            ? known
            : new AppError('internal', `Indexing met an error of its own: ${String(error)}`, { cause: error }),
        );
      })
      .finally(() => {
        working.delete(tracked);
        pump();
      });
    working.add(tracked);
  }

  function done(file: FileRow): void {
    line.leave(file.id);
    rested.delete(restKey(file));
    onDone(1);
  }

  async function readOne(file: FileRow): Promise<void> {
    let kept = false;
    try {
      kept = await identify(file);
    } catch (error) {
      await thumbnails.discard(file.id);
      await readFailed(file, error);
    } finally {
      if (!kept) line.leave(file.id);
    }
  }

  /** True when the file goes on to the next stage. */
  async function identify(file: FileRow): Promise<boolean> {
    const engine = engines.serving;
    if (hasContentOfSize(store, file.bytes)) {
      const { hash, bytes } = await readers.hash(file.path, signal);
      requireSame(file, bytes);
      if (await settleKnown(file, hash)) return false;
      if (sameBytes.join(file, hash)) return true;
    }
    const result = await readers.read(
      {
        path: file.path,
        rasters: engine.embedder.rasters('fast'),
        thumbnail: { path: thumbnails.draft(file.id), side: thumbnailSides[0] },
      },
      signal,
    );
    requireSame(file, result.bytes);
    await thumbnails.adopt(file.id, result.hash);
    if (await settleKnown(file, result.hash)) return false;
    if (sameBytes.join(file, result.hash)) return true;
    if (engine !== engines.serving) {
      line.wake();
      return false;
    }
    sameBytes.begin(result.hash);
    read.push({ file, result, failures: 0, successesBefore: 0 });
    return true;
  }

  async function settleKnown(file: FileRow, hash: string): Promise<boolean> {
    const contentId = records.known(hash);
    if (contentId === undefined) return false;
    await records.recognise(file, contentId);
    trouble.over();
    onDone(1);
    return true;
  }

  /** This content has arrived, or has failed: those that waited are looked at again. */
  function release(hash: string): void {
    const waiting = sameBytes.end(hash);
    for (const file of waiting) line.leave(file.id);
    if (waiting.length > 0) line.wake();
  }

  async function readFailed(file: FileRow, error: unknown): Promise<void> {
    if (signal.aborted || isAbort(error)) return;
    if (isTransient(error)) {
      trouble.meet(error);
      return;
    }
    const code = error instanceof AppError ? error.code : 'internal';
    if (code === 'cancelled') return;
    if (!(error instanceof AppError)) log(`reading ${file.path}: ${error instanceof Error ? error.stack : String(error)}`);

    if (!(await options.isReachable(file.rootId))) return;
    let denied: string | undefined;
    const found = await look(file.path, {
      unreadable: (what) => {
        denied = what.message;
      },
    });
    const row = fileById(store, file.id);
    if (!row || row.path !== file.path) return;
    if (!found && denied === undefined) {
      records.remove([row]);
      onDone(1);
    } else if (found && (found.stat.bytes !== file.bytes || found.stat.mtime !== file.mtime)) {
      markPending(store, file.id, found.stat, now());
      line.rest(file.id, 500);
    } else if (Math.abs(now() - file.mtime) < youngMs && !rested.has(restKey(file))) {
      rested.add(restKey(file));
      line.rest(file.id, 1000);
    } else {
      rested.delete(restKey(file));
      records.fail(file, code, denied ?? (error instanceof Error ? error.message : String(error)));
      onDone(1);
    }
  }

  /** A picture that the engine failed on goes alone, so that it cannot spoil others. */
  function takeBatch(): Read[] {
    const alone = read.findIndex((one) => one.failures > 0);
    if (alone === 0) return read.splice(0, 1);
    return read.splice(0, Math.min(embedBatch, alone < 0 ? embedBatch : alone));
  }

  async function embedSome(batch: Read[]): Promise<void> {
    const engine = engines.serving;
    const { embedder } = engine;
    try {
      const answer = await embedder.image(
        batch.map((one) => one.result.picture),
        { priority: 'index', pass: 'fast', signal },
      );
      if (engine !== engines.serving) return putBack(batch);
      const { dimension } = embedder.space;
      const vectors = batch.map((_, index) => answer.data.slice(index * dimension, (index + 1) * dimension));
      for (const vector of vectors) requireSound(vector, dimension);
      for (const [index, source] of batch.entries()) {
        const vector = vectors[index];
        const findings = answer.findings[index];
        if (!vector || !findings)
          throw new AppError('engine-failed', `The engine answered ${batch.length} pictures with ${answer.findings.length} findings.`);
        const { hash, bytes, facts } = source.result; // not the pixels
        embedded.push({ file: source.file, result: { hash, bytes, facts }, vector, findings });
      }
      successes += 1;
      if (trouble.reason?.code !== 'disk-full') trouble.over();
    } catch (error) {
      if (engine !== engines.serving) return putBack(batch);
      if (signal.aborted || isAbort(error)) return;
      embedFailed(batch, error);
    }
  }

  /** These are still pending, and come again. */
  function putBack(batch: readonly (Read | Embedded)[]): void {
    for (const { file, result } of batch) {
      line.leave(file.id);
      release(result.hash);
    }
    line.wake();
  }

  function embedFailed(batch: Read[], error: unknown): void {
    const transient = isTransient(error);
    for (const one of batch) {
      if (one.failures === 0) one.successesBefore = successes;
      if (batch.length === 1 || one.failures === 0) one.failures += 1;
    }
    const [single] = batch;
    const ownFault =
      single && batch.length === 1 && (!transient || (single.failures > engineAttempts && successes > single.successesBefore));
    if (ownFault) {
      const known = error instanceof AppError ? error : new AppError('internal', String(error), { cause: error });
      if (known.code === 'internal') log(`embedding ${single.file.path}: ${error instanceof Error ? error.stack : String(error)}`);
      records.fail(single.file, known.code, `The engine cannot take this picture: ${known.message}`);
      release(single.result.hash);
      done(single.file);
      return;
    }
    // Others first: their success tells whether the engine works at all.
    read = [...read.filter((one) => one.failures === 0), ...read.filter((one) => one.failures > 0), ...batch];
    if (transient) trouble.meet(error);
  }

  function onCommitTimer(): void {
    commitTimer = undefined;
    if (!trouble.waiting) commit();
    pump();
  }

  function commit(): void {
    clearTimeout(commitTimer);
    commitTimer = undefined;
    const batch = embedded;
    embedded = [];
    if (commitTogether(batch)) return;
    for (const one of batch) if (!commitTogether([one])) refuse(one);
  }

  /** False when something among these is what the store refuses. A store that can take nothing now is trouble, and they wait. */
  function commitTogether(batch: readonly Embedded[]): boolean {
    if (batch.length === 0) return true;
    try {
      const written = records.commit(batch);
      trouble.over();
      for (const { file, result } of batch) {
        release(result.hash);
        done(file);
      }
      if (written < batch.length) line.wake(); // some changed meanwhile
    } catch (error) {
      const known = asStoreError(store.directory, error);
      if (!(known instanceof AppError)) {
        log(`indexing: a result could not be stored: ${error instanceof Error ? error.stack : String(error)}`);
        return false;
      }
      embedded.push(...batch);
      trouble.meet(known);
    }
    return true;
  }

  function refuse({ file, result }: Embedded): void {
    try {
      records.fail(file, 'internal', 'What was found out about this picture could not be stored. The log has the details.');
    } catch (error) {
      log(`indexing: ${file.path} could not be marked as failed: ${String(error)}`);
      trouble.meet(new AppError('internal', 'The library refuses to be written to. The log has the details.', { cause: error }));
    }
    release(result.hash);
    done(file);
  }

  return {
    wake(hurried) {
      if (hurried && hurried.length > 0) line.hurry(hurried);
      else line.wake();
    },
    setPaused(value) {
      paused = value;
      if (!paused) line.wake();
    },
    changeEngine() {
      const batch = [...read, ...embedded];
      read = [];
      embedded = [];
      trouble.over();
      putBack(batch);
    },
    get isIdle() {
      return line.isEmpty;
    },
    get trouble() {
      return trouble.reason;
    },
    get troubleLasts() {
      return trouble.lasting;
    },
    async close() {
      if (!trouble.waiting) commit(); // what is embedded already need not be computed again
      abort.abort();
      clearTimeout(commitTimer);
      trouble.close();
      line.close();
      await Promise.all(working);
    },
  };
}

function requireSame(file: FileRow, bytes: number): void {
  if (bytes !== file.bytes) throw new AppError('unreadable-file', 'The file changed while it was read.');
}

function restKey(file: FileRow): string {
  return `${file.id}:${file.mtime}:${file.bytes}`;
}
