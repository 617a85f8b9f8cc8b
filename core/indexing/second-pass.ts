/**
 * @file The second pass: when nothing else is to be done, pictures that the engine has only glanced at are shown to it again for a thorough
 * look, newest first. The better vector takes the place of the first one.
 */
import { AppError, isAbort } from '../api/errors.ts';
import { look } from '../library/walk.ts';
import type { Readers } from '../readers/reader.ts';
import { countForSecondPass, type Glanced, nextForSecondPass } from '../store/contents.ts';
import { asStoreError } from '../store/failure.ts';
import { fileByPath, markPending } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import type { Engines, IndexedEngine } from './engines.ts';
import { type Records, requireSound } from './records.ts';
import { createTrouble, isTransient } from './trouble.ts';

export type SecondPassOptions = {
  readonly store: Store;
  readonly readers: Readers;
  readonly engines: Engines<IndexedEngine>;
  readonly records: Records;
  /** Asked before each picture: pause, the switch, and everything more urgent. */
  readonly mayRun: () => boolean;
  readonly now: () => number;
  readonly log: (line: string) => void;
  readonly onDone: () => void;
  readonly onEnd: () => void;
  /** A file turned out to have changed. */
  readonly onPending: () => void;
};

export type SecondPass = {
  /** There may be something to do. */
  wake(): void;
  remaining(): number;
  close(): Promise<void>;
};

/** One is read while another is looked at. */
const parallel = 2;

export function createSecondPass(options: SecondPassOptions): SecondPass {
  const { store, readers, engines, records, mayRun, now, log, onDone, onEnd, onPending } = options;
  const abort = new AbortController();
  const { signal } = abort;
  /** Pictures that cannot be looked at again now. They are tried after the next start. */
  const skipped = new Set<number>();
  const taken = new Set<number>();
  const working = new Set<Promise<void>>();
  const trouble = createTrouble(wake);
  let buffer: Glanced[] = [];
  let below = Number.MAX_SAFE_INTEGER;
  let ran = false;

  function wake(): void {
    below = Number.MAX_SAFE_INTEGER; // newer ones first
    buffer = []; // also what was taken for an engine that serves no more
    pump();
  }

  function pump(): void {
    while (!signal.aborted && !trouble.waiting && working.size < parallel && mayRun()) {
      const next = engines.serving.embedder.hasThoroughPass ? take() : undefined;
      if (!next) {
        if (ran && working.size === 0) {
          ran = false;
          onEnd();
        }
        return;
      }
      ran = true;
      const work = refine(next).finally(() => {
        taken.delete(next.key);
        working.delete(work);
        pump();
      });
      working.add(work);
    }
  }

  function take(): Glanced | undefined {
    while (true) {
      const next = buffer.shift();
      if (!next) {
        buffer = nextForSecondPass(store, engines.serving.spaceId, below, 64);
        const last = buffer.at(-1);
        if (!last) return undefined;
        below = last.key;
      } else if (!taken.has(next.key) && !skipped.has(next.key)) {
        taken.add(next.key);
        return next;
      }
    }
  }

  async function refine(glanced: Glanced): Promise<void> {
    const engine = engines.serving;
    const { embedder } = engine;
    try {
      const result = await readers.read({ path: glanced.path, rasters: embedder.rasters('thorough') }, signal);
      if (result.hash !== glanced.hash) {
        await reportChange(glanced.path);
        skipped.add(glanced.key);
        return;
      }
      const answer = await embedder.image([result.picture], { priority: 'index', pass: 'thorough', signal });
      if (engine !== engines.serving) return;
      requireSound(answer.data, embedder.space.dimension);
      const [findings] = answer.findings;
      if (!findings) throw new AppError('engine-failed', 'The engine answered a picture without findings.');
      records.refine({ contentId: glanced.contentId, partId: glanced.partId, key: glanced.key, vector: answer.data, findings });
      trouble.over();
      onDone();
    } catch (error) {
      if (engine !== engines.serving || signal.aborted || isAbort(error)) return;
      const known = asStoreError(store.directory, error);
      if (isTransient(known) && !trouble.lasting) trouble.meet(known);
      else {
        log(`second look at ${glanced.path}: ${known instanceof AppError ? known.message : String(error)}`);
        skipped.add(glanced.key);
      }
    }
  }

  async function reportChange(path: string): Promise<void> {
    const row = fileByPath(store, path);
    const found = await look(path, { unreadable: (what) => log(`${what.path}: ${what.message}`) });
    if (!row || !found) return;
    markPending(store, row.id, found.stat, now());
    onPending();
  }

  return {
    wake,
    remaining() {
      const { embedder, spaceId } = engines.serving;
      return embedder.hasThoroughPass ? Math.max(0, countForSecondPass(store, spaceId) - skipped.size) : 0;
    },
    async close() {
      abort.abort();
      trouble.close();
      await Promise.all(working);
    },
  };
}
