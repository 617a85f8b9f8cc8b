/**
 * @file The engines that a library is open with, and how one takes the place of another.
 *
 * [Note: taking over] The next engine gets a process, a space and an index of its own and is shown the library in the background, while the
 * serving one answers and takes new pictures. When it covers the library and has answered a question, it serves from one moment
 * to the next: `serving` is another one, and whatever is done after that is done with it. What was begun with the former one ends
 * with it, and only then its process is closed. Its vectors stay, so to go back costs nothing.
 * An engine that does not come up, or that fails, takes nothing over; the serving one knows nothing of it.
 */
import { AppError } from '../core/api/errors.ts';
import type { LibraryStatus } from '../core/api/library.ts';
import type { Engines } from '../core/indexing/engines.ts';
import { createTrouble, isTransient } from '../core/indexing/trouble.ts';
import { storeErrors } from '../core/store/failure.ts';
import type { Store } from '../core/store/open.ts';
import { type Choice, readChoice, writeChoice } from './choice.ts';
import type { EmbedderProcess } from './embedder.ts';
import { closeEngine, joinLibrary, type ServedEngine } from './open-engine.ts';
import type { EngineDescription } from './serve-embedder.ts';

export type EnginesOptions = {
  readonly store: Store;
  readonly serving: ServedEngine;
  /** Starts the process of an engine that is to come beside the serving one. */
  readonly start: (id: string) => Promise<EmbedderProcess>;
  readonly log: (line: string) => void;
  /** Others are open than before, or one has come into trouble or out of it. */
  readonly onChange: () => void;
  /** Resolves when nothing needs this engine any more. */
  readonly leave: (engine: ServedEngine) => Promise<void>;
};

export type EngineSet = Engines<ServedEngine> & {
  readonly choice: Choice;
  /** All there are, installed or not. */
  readonly models: EngineDescription['models'];
  refreshModels(): Promise<void>;
  /** Goes on with the change that was under way when the library was closed. */
  resume(): void;
  /** See `useEngine` of the contract. */
  use(id: string, beside: boolean): Promise<void>;
  /** Somebody is about to ask. Does not wait. */
  warm(): void;
  /** The next engine covers the library. */
  covered(): void;
  notices(): LibraryStatus['notices'];
  close(): Promise<void>;
};

export function createEngines({ store, serving: first, start, log, onChange, leave }: EnginesOptions): EngineSet {
  let serving = first;
  let next: ServedEngine | undefined;
  // With an engine for this run only there is no change to go on with.
  let choice: Choice = readChoice(store).serving === first.id ? readChoice(store) : { serving: first.id, beside: false };
  let { models } = first.embedder.description;
  /** Has answered a question. */
  let proven: ServedEngine | undefined;
  let proving = false;
  let problem: AppError | undefined;
  let closed = false;
  /** Counts attempts to bring up a next engine: only the latest one counts. */
  let attempt = 0;
  const leaving = new Set<Promise<void>>();
  const trouble = createTrouble(() => (next ? onChange() : void bringUp()));

  function decide(decision: Choice): void {
    storeErrors(store.directory, () => writeChoice(store, decision));
    choice = decision;
  }

  function retire(engine: ServedEngine): void {
    const gone = leave(engine)
      .then(() => closeEngine(engine))
      .catch((error: unknown) => log(`${engine.name} could not be closed: ${String(error)}`))
      .finally(() => leaving.delete(gone));
    leaving.add(gone);
  }

  function dropNext(): void {
    const former = next;
    attempt += 1;
    next = undefined;
    problem = undefined;
    trouble.over();
    onChange();
    if (former) retire(former);
  }

  async function bringUp(): Promise<void> {
    const id = choice.next;
    if (id === undefined || closed) return;
    attempt += 1;
    const mine = attempt;
    try {
      const opened = await joinLibrary(store, id, start(id), log);
      if (mine !== attempt || closed) return await closeEngine(opened);
      trouble.over();
      problem = undefined;
      next = opened;
    } catch (error) {
      if (mine !== attempt || closed) return;
      report(id, error);
    }
    onChange();
  }

  /** What may pass is tried again by itself. */
  function report(id: string, error: unknown): void {
    problem = error instanceof AppError ? error : new AppError('internal', String(error), { cause: error });
    log(`${id} does not work: ${problem.code === 'internal' && error instanceof Error ? error.stack : problem.message}`);
    if (isTransient(problem) && problem.code !== 'model-missing' && problem.code !== 'model-invalid') trouble.meet(problem);
  }

  /** Before it serves, it has to have answered once. The library may have grown meanwhile: whether it covers it is asked anew. */
  async function prove(engine: ServedEngine): Promise<void> {
    proving = true;
    try {
      await engine.embedder.text(['ready'], { priority: 'query' });
      proven = engine;
      problem = undefined;
      trouble.over();
    } catch (error) {
      if (engine === next) report(engine.id, error);
    } finally {
      proving = false;
    }
    if (engine === next) onChange();
  }

  function takeOver(engine: ServedEngine): void {
    const former = serving;
    decide({ serving: engine.id, beside: false });
    attempt += 1;
    serving = engine;
    next = undefined;
    problem = undefined;
    log(`${engine.name} has taken over from ${former.name}`);
    retire(former);
    onChange();
  }

  async function refreshModels(): Promise<void> {
    try {
      models = await serving.embedder.models();
    } catch (error) {
      log(`the list of engines is as it was: ${String(error)}`); // from an engine that is out of order there must be a way out
    }
  }

  function requireInstalled(id: string): void {
    const model = models.find((one) => one.id === id);
    if (!model) throw new AppError('not-found', `There is no engine "${id}". Known: ${models.map((one) => one.id).join(', ')}.`);
    if (!model.installed) throw new AppError('model-missing', `${model.name} is not installed. Install it first.`);
    if (model.problem !== null) throw new AppError('model-missing', model.problem);
  }

  return {
    get serving() {
      return serving;
    },
    get next() {
      return next;
    },
    get choice() {
      return choice;
    },
    get models() {
      return models;
    },
    refreshModels,
    resume: () => void bringUp(),

    async use(id, beside) {
      if (id === serving.id) {
        decide({ serving: id, beside: false });
        dropNext();
        return;
      }
      await refreshModels();
      requireInstalled(id);
      const isNew = id !== choice.next;
      decide({ serving: serving.id, next: id, beside });
      if (isNew) dropNext();
      if (next) onChange();
      else void bringUp();
    },

    warm() {
      for (const engine of [serving, next]) {
        engine?.embedder.warm().catch((error: unknown) => log(`${engine.name} is not warm: ${String(error)}`));
      }
    },

    covered() {
      const engine = next;
      if (!engine || choice.beside || closed || proving || trouble.waiting) return;
      if (proven !== engine || engine.embedder.trouble !== undefined) void prove(engine);
      else {
        try {
          takeOver(engine);
        } catch (error) {
          report(engine.id, error); // nothing was changed: the choice could not be written
        }
      }
    },

    notices() {
      if (choice.next === undefined) return [];
      const error = problem ?? next?.embedder.trouble;
      const name = models.find((one) => one.id === choice.next)?.name ?? choice.next;
      if (error)
        return [
          {
            ...{ id: 'next-engine', level: 'error', kind: 'next-engine', about: name, code: error.code, count: 0 },
            text: `${name} does not work: ${error.message} ${serving.name} goes on answering.`,
          },
        ];
      return [];
    },

    async close() {
      closed = true;
      trouble.close();
      await Promise.all([...leaving, closeEngine(serving), next && closeEngine(next)]);
    },
  };
}
