/** @file Engines that come and go: downloads, imported folders, removal, and how fast one would be here. */
import { AppError, hasCode } from '../core/api/errors.ts';
import type { EngineInfo, Job } from '../core/api/library.ts';
import type { Space } from '../core/indexing/embedder.ts';
import { openEngines } from '../core/indexing/engines.ts';
import { storeErrors } from '../core/store/failure.ts';
import { forgetSpace, spacesOfModel } from '../core/store/forget-space.ts';
import type { Store } from '../core/store/open.ts';
import { deleteValue } from '../core/store/settings.ts';
import { removeIndex } from '../core/vectors/segment-files.ts';
import { defaultModel } from '../models/default-model.ts';
import { catalogue, catalogueEntry } from '../models/hub/catalogue.ts';
import { importFolder } from '../models/hub/import-folder.ts';
import { removeInstalled } from '../models/hub/installed.ts';
import { modelsHome } from '../models/hub/models-home.ts';
import { pull } from '../models/hub/pull.ts';
import type { EngineSet } from './engines.ts';
import { engineKey, knownEngine } from './open-engine.ts';
import type { EngineDescription } from './serve-embedder.ts';

export type Download = NonNullable<EngineInfo['download']>;

export type Installs = {
  /** See the methods of the contract. */
  install(id: string, consent: boolean): Promise<void>;
  stop(id: string): Promise<void>;
  importEngine(folder: string): Promise<{ id: string }>;
  remove(id: string): Promise<void>;
  /** One that runs, or stands still: also one that an earlier process has begun. */
  downloadOf(model: EngineDescription['models'][number]): Download | null;
  jobs(): Job[];
  close(): Promise<void>;
};

export type InstallsOptions = {
  readonly store: Store;
  readonly engines: EngineSet;
  readonly log: (line: string) => void;
  readonly onChange: () => void;
  /** Where engines are kept, and how the Hub is reached. */
  readonly env?: NodeJS.ProcessEnv;
};

type Running = { readonly abort: AbortController; readonly end: Promise<void> };

export function createInstalls({ store, engines, log, onChange, env = process.env }: InstallsOptions): Installs {
  const home = modelsHome(env);
  const running = new Map<string, Running>();
  /** The latest that is known of downloads of this process. */
  const progress = new Map<string, Download>();

  async function download(id: string, signal: AbortSignal): Promise<void> {
    const entry = catalogueEntry(id);
    if (!entry)
      throw new AppError('not-found', `There is no engine "${id}" to download. Known: ${catalogue.map((one) => one.id).join(', ')}.`);
    await pull(entry, {
      home,
      env,
      signal,
      onProgress: ({ done, total, rate, secondsLeft, note }) => {
        if (note !== undefined) log(`${id}: ${note}`);
        progress.set(id, { done, total, rate, secondsLeft, problem: null });
        onChange();
      },
    });
  }

  async function run(id: string, signal: AbortSignal): Promise<void> {
    try {
      await download(id, signal);
      progress.delete(id);
    } catch (error) {
      if (hasCode(error, 'cancelled')) progress.delete(id);
      else {
        const { done, total } = progress.get(id) ?? { done: 0, total: catalogueEntry(id)?.bytes ?? 0 };
        const problem = error instanceof AppError ? error.message : 'Something went wrong inside Oneword. The log has the details.';
        if (!(error instanceof AppError)) log(`download of ${id}: ${error instanceof Error ? error.stack : String(error)}`);
        progress.set(id, { done, total, rate: 0, secondsLeft: null, problem });
      }
    } finally {
      running.delete(id);
    }
    await engines.refreshModels();
    onChange();
  }

  async function requireIdle(id: string): Promise<void> {
    if (engines.serving.id === id || engines.choice.next === id) {
      throw new AppError('unavailable', 'This engine answers searches, or is about to. Change to another one first.');
    }
    await stop(id);
  }

  /** Two engines of the same files have one space: what the other one knows stays. */
  async function forget(id: string, { id: latest, model }: Space): Promise<void> {
    const others = engines.models.flatMap((other) => (other.id === id ? [] : (knownEngine(store, other.id)?.space.id ?? [])));
    const used = new Set([...others, ...openEngines(engines).map(({ embedder }) => embedder.space.id)]);
    for (const key of new Set([latest, ...spacesOfModel(store, model)])) {
      const spaceId = used.has(key) ? undefined : await forgetSpace(store, key);
      if (spaceId !== undefined) removeIndex(store.directory, spaceId, log);
    }
    storeErrors(store.directory, () => deleteValue(store, engineKey(id)));
  }

  async function stop(id: string): Promise<void> {
    const download = running.get(id);
    download?.abort.abort();
    await download?.end;
  }

  return {
    async install(id, consent) {
      if (running.has(id)) return;
      const entry = catalogueEntry(id);
      if (!entry)
        throw new AppError('not-found', `There is no engine "${id}" to download. Known: ${catalogue.map((one) => one.id).join(', ')}.`);
      const model = engines.models.find((one) => one.id === id);
      const isBegun = model !== undefined && model.downloaded > 0;
      if (entry.consent !== null && !consent && !isBegun)
        throw new AppError('bad-request', `This has to be agreed to first: ${entry.consent}`);
      const abort = new AbortController();
      progress.set(id, { done: model?.downloaded ?? 0, total: entry.bytes, rate: 0, secondsLeft: null, problem: null });
      running.set(id, { abort, end: run(id, abort.signal) });
      onChange();
    },

    async stop(id) {
      await stop(id);
      progress.delete(id);
      onChange();
    },

    async importEngine(folder) {
      const { id } = await importFolder(home, folder);
      await engines.refreshModels();
      onChange();
      return { id };
    },

    async remove(id) {
      const model = engines.models.find((one) => one.id === id);
      await requireIdle(id);
      if (!model) throw new AppError('not-found', `There is no engine "${id}".`);
      if (id === defaultModel) throw new AppError('bad-request', `${model.name} is part of Oneword and cannot be removed.`);
      const space = knownEngine(store, id)?.space;
      await removeInstalled(home, id).catch((error: unknown) => {
        // Its files may have been removed elsewhere; what it left in this library is removed here.
        if (!hasCode(error, 'not-found') || space === undefined) throw error;
      });
      progress.delete(id);
      if (space !== undefined) await forget(id, space);
      await engines.refreshModels();
      onChange();
    },

    downloadOf({ id, installed, downloaded, bytes }) {
      const known = progress.get(id);
      if (known) return known;
      if (installed || downloaded === 0) return null;
      return {
        done: downloaded,
        total: Math.max(downloaded, bytes),
        rate: 0,
        secondsLeft: null,
        problem: 'The download was stopped. It goes on where it was.',
      };
    },

    jobs() {
      const downloads = [...running.keys()].flatMap((id) => progress.get(id) ?? []);
      if (downloads.length === 0) return [];
      const sum = (of: (one: Download) => number) => downloads.reduce((total, one) => total + of(one), 0);
      const left = downloads.map(({ secondsLeft }) => secondsLeft);
      const secondsLeft = left.includes(null) ? null : Math.max(...left.map((seconds) => seconds ?? 0));
      return [
        {
          name: 'downloading',
          done: sum((one) => one.done),
          total: sum((one) => one.total),
          rate: sum((one) => one.rate),
          secondsLeft,
          paused: false,
        },
      ];
    },

    async close() {
      for (const id of [...running.keys()]) await stop(id);
    },
  };
}
