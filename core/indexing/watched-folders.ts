/** @file Watched folders as the user sees them: adding, narrowing, removing, and what is in each. */
import { setImmediate as breathe } from 'node:timers/promises';
import { AppError } from '../api/errors.ts';
import type { Folder } from '../api/library.ts';
import { addRoot } from '../library/folders.ts';
import type { Library } from '../library/library.ts';
import { createRules, type Rules } from '../library/rules.ts';
import { storeErrors } from '../store/failure.ts';
import { countByRoot, type FileRow, filesOfRoot } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import { deleteRoot, listRoots, type Root, rootById, setGlobs } from '../store/roots.ts';
import type { Records } from './records.ts';

export type Globs = { readonly include: readonly string[]; readonly exclude: readonly string[] };

export type WatchedFolders = {
  addFolder(input: { path: string } & Partial<Globs>): Promise<Folder>;
  updateFolder(input: { id: number } & Globs): Promise<Folder>;
  previewExclude(input: { id: number } & Globs): Promise<{ items: number; sample: string[] }>;
  removeFolder(input: { id: number }): Promise<{ removed: number }>;
  listFolders(): Folder[];
  rescan(input?: { id?: number | undefined }): void;
};

export type WatchedFoldersOptions = {
  readonly store: Store;
  readonly library: Library;
  readonly records: Pick<Records, 'forget'>;
  readonly now: () => number;
  readonly emit: (what: 'folders' | 'changed') => void;
};

const purgeBatch = 500;

export function createWatchedFolders({ store, library, records, now, emit }: WatchedFoldersOptions): WatchedFolders {
  function requireRoot(id: number): Root {
    const root = rootById(store, id);
    if (!root) throw new AppError('not-found', `There is no watched folder with the number ${id}.`);
    return root;
  }

  function folderOf(id: number): Folder {
    const folder = listFolders().find((one) => one.id === id);
    if (!folder) throw new AppError('not-found', `There is no watched folder with the number ${id}.`);
    return folder;
  }

  function listFolders(): Folder[] {
    const counts = countByRoot(store);
    const scanning = new Set(library.scanning().map((one) => one.rootId));
    return listRoots(store).map((root) => {
      const count = counts.get(root.id) ?? { files: 0, ready: 0, pending: 0, failed: 0 };
      return {
        id: root.id,
        path: root.path,
        include: [...root.include],
        exclude: [...root.exclude],
        state: !root.online ? 'offline' : scanning.has(root.id) ? 'scanning' : 'watching',
        files: count.files,
        items: count.ready,
        pending: count.pending,
        failed: count.failed,
        changedAt: root.changedAt === null ? null : new Date(root.changedAt).toISOString(),
      };
    });
  }

  /** Rows of a folder that these rules leave out, in portions, so that searches are answered meanwhile. */
  async function* leftOut(root: Root, rules: Rules): AsyncGenerator<FileRow[]> {
    for (let after = 0; ; ) {
      const rows = filesOfRoot(store, root.id, after, purgeBatch);
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
      const out = rows.filter((row) => !row.isFolder && !rules.takes(row.path));
      if (out.length > 0) yield out;
      await breathe();
    }
  }

  return {
    async addFolder({ path, include = [], exclude = [] }) {
      const { root, absorbed } = await addRoot(store, path, include, exclude, now());
      for (const part of absorbed) await library.detach(part.id);
      if (!library.isAttached(root.id)) library.attach(root.id);
      void library.scanFolder(root.id);
      emit('folders');
      return folderOf(root.id);
    },

    async updateFolder({ id, include, exclude }) {
      const root = requireRoot(id);
      const rules = createRules(root.path, include, exclude);
      await library.detach(id);
      storeErrors(store.directory, () => setGlobs(store, id, include, exclude));
      for await (const rows of leftOut(root, rules)) {
        records.forget(rows);
        emit('changed');
      }
      library.attach(id);
      void library.scanFolder(id);
      emit('folders');
      return folderOf(id);
    },

    async previewExclude({ id, include, exclude }) {
      const root = requireRoot(id);
      let items = 0;
      const sample: string[] = [];
      for await (const rows of leftOut(root, createRules(root.path, include, exclude))) {
        for (const row of rows) {
          if (row.contentId === null) continue;
          items += 1;
          if (sample.length < 20) sample.push(row.path);
        }
      }
      return { items, sample };
    },

    async removeFolder({ id }) {
      requireRoot(id);
      await library.detach(id);
      let removed = 0;
      for (let rows = filesOfRoot(store, id, 0, purgeBatch); rows.length > 0; rows = filesOfRoot(store, id, 0, purgeBatch)) {
        removed += records.forget(rows);
        await breathe();
      }
      storeErrors(store.directory, () => deleteRoot(store, id));
      emit('folders');
      emit('changed');
      return { removed };
    },

    listFolders,

    rescan({ id } = {}) {
      const ids = id === undefined ? listRoots(store).map((root) => root.id) : [requireRoot(id).id];
      for (const one of ids) void library.scanFolder(one);
    },
  };
}
