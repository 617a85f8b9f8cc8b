/**
 * @file Compares a watched folder with its rows: new and changed files become pending, rows without a file are reported as missing.
 */

import { sep } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { type FileRow, fileByPath, filesOfRoot, insertPending, markPending, upsertUnreadable } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import type { Root } from '../store/roots.ts';
import type { Gate } from './gate.ts';
import type { Rules } from './rules.ts';
import { type Found, isGone, walk } from './walk.ts';

/** `unchanged` = up to date; what is still pending or failed is neither. */
export type Applied = { readonly files: number; readonly pending: number[]; readonly unchanged: number };

/** Files as young as this may still be written to: they are looked at again before they are read. */
const youngMs = 1000;
/** Files per transaction: each waits for the disk once. The first come soon, so that work on them can begin. */
const batchFiles = 1000;
const batchMs = 250;

export type ScanEvents = {
  applied(result: Applied): void;
  /** Perhaps half-written: to be waited for. */
  young(path: string): void;
};

export type ScanResult = {
  readonly files: number;
  /** Rows whose file is gone. */
  readonly gone: FileRow[];
  /** Rows whose file is there but does not belong to the library any more. */
  readonly excluded: FileRow[];
  /** Rows of things that could not be read at an earlier time and are fine or gone now. */
  readonly cleared: FileRow[];
};

/** Writes what was found. One transaction. */
export function applyFound(store: Store, rootId: number, found: readonly Found[], now: number, seen?: Set<number>): Applied {
  const pending: number[] = [];
  let unchanged = 0;
  store.db.transaction(() => {
    for (const { path, stat, changedMs } of found) {
      const row = fileByPath(store, path);
      let id = row?.id;
      if (!row) {
        id = insertPending(store, rootId, path, stat, now);
        pending.push(id);
      } else if (row.isFolder || row.bytes !== stat.bytes || row.mtime !== stat.mtime || wasReplaced(row, stat.inode, changedMs)) {
        markPending(store, row.id, stat, now);
        pending.push(row.id);
      } else if (row.state === 'ready') unchanged += 1;
      if (id !== undefined) seen?.add(id);
    }
  })();
  return { files: found.length, pending, unchanged };
}

/** Stands still while the gate is closed. Throws when the root itself cannot be read (see presence.ts) and on abort. */
export async function scan(
  store: Store,
  root: Root,
  rules: Rules,
  events: ScanEvents,
  now: () => number,
  gate: Gate,
  signal: AbortSignal,
): Promise<ScanResult> {
  const startedAt = now();
  const seen = new Set<number>();
  const closedFolders: string[] = [];
  let batch: Found[] = [];
  let appliedAt = startedAt;
  const apply = () => {
    if (batch.length > 0) events.applied(applyFound(store, root.id, batch, now(), seen));
    batch = [];
    appliedAt = now();
  };

  const pass = () => gate.pass(signal);
  const summary = await walk(root.path, rules, {
    pass,
    found: (files) => {
      for (const file of files) if (isSettled(file)) batch.push(file);
      if (batch.length >= batchFiles || now() - appliedAt > batchMs) apply();
    },
    unreadable: (what) => {
      seen.add(upsertUnreadable(store, root.id, what, now()));
      if (what.isFolder) closedFolders.push(what.path + sep);
    },
  });
  apply();

  function isSettled(file: Found): boolean {
    if (Math.abs(now() - file.stat.mtime) >= youngMs) return true;
    const row = fileByPath(store, file.path);
    if (row) seen.add(row.id);
    if (row && row.bytes === file.stat.bytes && row.mtime === file.stat.mtime) return true;
    events.young(file.path);
    return false;
  }

  const result: ScanResult = { files: summary.files, gone: [], excluded: [], cleared: [] };
  for await (const row of unseen(store, root.id, seen, pass)) {
    if (closedFolders.some((folder) => row.path.startsWith(folder))) continue;
    if (row.isFolder || (row.state === 'failed' && row.mtime === 0 && row.bytes === 0)) result.cleared.push(row);
    else if (await isGone(row.path)) result.gone.push(row);
    // A row younger than this scan came from the watcher meanwhile. The next scan judges it.
    else if (row.changedAt < startedAt) result.excluded.push(row);
  }
  return result;
}

async function* unseen(store: Store, rootId: number, seen: ReadonlySet<number>, pass: () => Promise<void>): AsyncGenerator<FileRow> {
  for (let after = 0; ; ) {
    await pass();
    const rows = filesOfRoot(store, rootId, after, 1000);
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
    for (const row of rows) if (!seen.has(row.id)) yield row;
    await breathe();
  }
}

/** Another file under the same name with the same size and time. On shares inodes may change by themselves, but then the file is old. */
function wasReplaced(row: FileRow, inode: number, changedMs: number): boolean {
  return row.inode !== inode && changedMs > row.changedAt;
}
