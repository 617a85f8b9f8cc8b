/**
 * @file Keeps the rows of files in step with the folders on disk: scans them, watches them, scans them again from time to time, and notices
 * when they go offline and come back. What is to be done with the files is the business of its listener (see indexing/).
 *
 * [Note: why scans again] A watcher misses changes while it starts, on shares, when the machine sleeps, and beyond the limits of the
 * system. So it is only a hint to look at once; the scan, after the watcher's start and every ten minutes, is what makes it right.
 */
import { dirname, resolve, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAbort } from '../api/errors.ts';
import type { Notice } from '../api/library.ts';
import { asStoreError } from '../store/failure.ts';
import { type FileRow, filesAtOrBelow, filesOfRoot, upsertUnreadable } from '../store/files.ts';
import type { Store } from '../store/open.ts';
import { listRoots, type Root, rootById, setIdentity, setOnline, touchRoot } from '../store/roots.ts';
import { createArrivals } from './arrivals.ts';
import type { Gate } from './gate.ts';
import { isNoMedia } from './nomedia.ts';
import { probe } from './presence.ts';
import { createRules, type Rules } from './rules.ts';
import { applyFound, scan } from './scan.ts';
import { type Found, isGone } from './walk.ts';
import { type Watcher, watchFolder } from './watch.ts';

export type LibraryEvents = {
  /** Rows that became pending. `urgent`: heard of by the watcher, somebody may be waiting to find it. */
  pending(fileIds: readonly number[], urgent: boolean): void;
  /** Rows whose files were deleted. */
  gone(rows: readonly FileRow[]): void;
  /** Rows whose files do not belong any more. */
  excluded(rows: readonly FileRow[]): void;
  /** Rows of former failures that are fine now. */
  cleared(rows: readonly FileRow[]): void;
  /** A scan has looked at so many more files. */
  scanned(files: number): void;
  /** Rows that a scan found up to date. */
  unchanged(rootId: number, files: number): void;
  /** Something that is shown has changed. */
  changed(what: 'status' | 'folders'): void;
};

export type LibraryOptions = {
  readonly store: Store;
  readonly watch: boolean;
  /** Scans stand still while it is closed. */
  readonly gate: Gate;
  readonly now: () => number;
  readonly log: (line: string) => void;
  readonly events: LibraryEvents;
};

export type Library = {
  /** Begins to scan (and watch) every folder. */
  start(): void;
  /** Scans one folder now. Resolves when that has ended, also without success: see `quiet` and `notices`. */
  scanFolder(rootId: number): Promise<void>;
  /** From now on this folder may be scanned; it is watched after its first scan. */
  attach(rootId: number): void;
  isAttached(rootId: number): boolean;
  /** Stops all work on a folder; its rows may be removed then. */
  detach(rootId: number): Promise<void>;
  /** Looks whether this folder is still there; if not, marks it offline. */
  isReachable(rootId: number): Promise<boolean>;
  scanning(): { rootId: number; found: number }[];
  /** Resolves when every scan that was asked for has ended and no file is waited for. Rejects when a scan could not be done. */
  quiet(): Promise<void>;
  readonly isQuiet: boolean;
  notices(): Notice[];
  close(): Promise<void>;
};

const reconcileMs = 10 * 60 * 1000;
/** Where watching does not work. */
const reconcileBlindMs = 60 * 1000;
const presenceMs = 3000;

type Attached = {
  readonly id: number;
  watcher: Watcher | undefined;
  watchFailure: string | undefined;
  offlineReason: string | undefined;
  abort: AbortController;
  /** The scan that runs, and the one that was asked for meanwhile. */
  running: Promise<void> | undefined;
  next: Promise<void> | undefined;
  found: number;
  /** Why the last scan could not be done. */
  failure: unknown;
  lastScan: number;
  probing: boolean;
};

export function createLibrary({ store, watch, gate, now, log, events }: LibraryOptions): Library {
  const attached = new Map<number, Attached>();
  const asked = new Set<Promise<void>>();
  let closed = false;
  /** One scan at a time: several would only make the disk seek. */
  let turn: Promise<unknown> = Promise.resolve();

  const arrivals = createArrivals({
    arrived: (files) => void forEachRoot(files, (file) => file.path, takeArrived),
    gone: (paths) => void forEachRoot(paths, (path) => path, takeGone),
    unreadable: (what) => {
      const root = rootOf(what.path);
      if (root) upsertUnreadable(store, root.id, what, now());
    },
  });
  /** Work on arrivals that is not done yet. */
  let taking = 0;

  const timer = setInterval(() => void Promise.all([...attached.values()].map(checkPresence)), presenceMs);
  timer.unref();

  function rulesOf(root: Root): Rules {
    return createRules(root.path, root.include, root.exclude, [resolve(store.directory)]);
  }

  function rootOf(path: string): Root | undefined {
    return listRoots(store).find((root) => path === root.path || path.startsWith(root.path.endsWith(sep) ? root.path : root.path + sep));
  }

  async function forEachRoot<T>(things: readonly T[], pathOf: (thing: T) => string, take: (root: Root, things: T[]) => Promise<void>) {
    taking += 1;
    try {
      const byRoot = new Map<number, { root: Root; things: T[] }>();
      for (const thing of things) {
        const root = rootOf(pathOf(thing));
        if (!root || !attached.has(root.id)) continue;
        const entry = byRoot.get(root.id) ?? { root, things: [] };
        entry.things.push(thing);
        byRoot.set(root.id, entry);
      }
      for (const { root, things: own } of byRoot.values()) await take(root, own);
    } catch (error) {
      log(`changes on disk could not be taken over, a scan will: ${String(asStoreError(store.directory, error))}`);
    } finally {
      taking -= 1;
    }
  }

  async function takeArrived(root: Root, files: readonly Found[]): Promise<void> {
    const rules = rulesOf(root);
    const hiddenFolders = new Map<string, Promise<boolean>>();
    const kept: Found[] = [];
    for (const file of files)
      if (rules.takes(file.path) && !(await isNoMedia(root.path, dirname(file.path), hiddenFolders))) kept.push(file);
    if (kept.length === 0 || closed || !attached.has(root.id)) return;
    const { pending } = applyFound(store, root.id, kept, now());
    if (pending.length === 0) return;
    touchRoot(store, root.id, now());
    events.pending(pending, true);
  }

  async function takeGone(root: Root, paths: readonly string[]): Promise<void> {
    if (!(await isReachable(root.id))) return;
    for (const path of paths) {
      const gone: FileRow[] = [];
      for (const row of filesAtOrBelow(store, path)) if (!row.isFolder && (await isGone(row.path))) gone.push(row);
      // The drive may have gone while we looked: then all of it was.
      if (gone.length === 0 || !(await isReachable(root.id))) continue;
      touchRoot(store, root.id, now());
      events.gone(gone);
    }
  }

  async function isReachable(rootId: number): Promise<boolean> {
    const root = rootById(store, rootId);
    if (!root) return false;
    const presence = await probe(root, filesOfRoot(store, rootId, 0, 1).length > 0);
    if (closed || !rootById(store, rootId)) return false;
    const entry = attached.get(rootId);
    if (presence.reachable) {
      if (root.identity !== presence.identity) setIdentity(store, rootId, presence.identity);
      if (!root.online) {
        setOnline(store, rootId, true);
        events.changed('folders');
        if (!entry?.running) void requestScan(rootId);
      }
      if (entry) entry.offlineReason = undefined;
      return true;
    }
    if (entry) entry.offlineReason = presence.reason;
    if (root.online) {
      log(`${root.path} is offline: ${presence.reason}`);
      setOnline(store, rootId, false);
      events.changed('folders');
      await unwatch(entry);
    }
    return false;
  }

  async function checkPresence(entry: Attached): Promise<void> {
    if (entry.probing || entry.running || closed) return;
    entry.probing = true;
    try {
      if (!(await isReachable(entry.id))) return;
      const every = watch && entry.watcher && !entry.watchFailure ? reconcileMs : reconcileBlindMs;
      if (watch && now() - entry.lastScan > every) void requestScan(entry.id);
    } catch (error) {
      log(`the folder ${entry.id} could not be looked at: ${String(asStoreError(store.directory, error))}`);
    } finally {
      entry.probing = false;
    }
  }

  /** A scan that begins after this call; joins the one that waits for its turn. Never rejects. */
  function requestScan(rootId: number): Promise<void> {
    const entry = attached.get(rootId);
    if (!entry || closed) return Promise.resolve();
    if (entry.next) return entry.next;
    const mine = turn.then(async () => {
      entry.next = undefined;
      entry.running = mine;
      try {
        await scanNow(entry);
        entry.failure = undefined;
      } catch (error) {
        if (!isAbort(error)) {
          entry.failure = error;
          log(`a scan failed: ${String(error)}`);
        }
      } finally {
        entry.running = undefined;
        if (!closed) {
          events.pending([], false); // what was pending from before goes on
          events.changed('folders');
        }
      }
    });
    entry.next = mine;
    turn = mine;
    return mine;
  }

  async function scanNow(entry: Attached): Promise<void> {
    const { signal } = entry.abort;
    signal.throwIfAborted();
    entry.found = 0;
    const root = (await isReachable(entry.id)) ? rootById(store, entry.id) : undefined;
    if (!root) return;
    events.changed('folders');
    let unchanged = 0;
    try {
      const result = await scan(
        store,
        root,
        rulesOf(root),
        {
          applied: (applied) => {
            unchanged += applied.unchanged;
            entry.found += applied.files;
            events.scanned(applied.files);
            if (applied.pending.length > 0) events.pending(applied.pending, false);
            events.changed('status');
          },
          young: (path) => arrivals.note(path),
        },
        now,
        gate,
        signal,
      );
      if (result.gone.length + result.excluded.length > 0 && !(await isReachable(entry.id))) return;
      signal.throwIfAborted();
      events.cleared(result.cleared);
      events.excluded(result.excluded);
      events.gone(result.gone);
      entry.lastScan = now();
      events.unchanged(entry.id, unchanged);
      touchRoot(store, entry.id, entry.lastScan);
    } catch (error) {
      if (isAbort(error) || !(await isReachable(entry.id))) return;
      throw asStoreError(store.directory, error);
    }
    if (watch && !entry.watcher && !entry.watchFailure) startWatching(entry, root);
  }

  function startWatching(entry: Attached, root: Root): void {
    entry.watcher = watchFolder(root.path, rulesOf(root), {
      touched: (path) => arrivals.note(path),
      rulesChanged: () => void requestScan(entry.id),
      ready: () => void requestScan(entry.id),
      failed: (reason) => {
        entry.watchFailure = reason;
        log(`${root.path} cannot be watched: ${reason}`);
        events.changed('status');
        void unwatch(entry);
      },
    });
  }

  async function unwatch(entry: Attached | undefined): Promise<void> {
    const watcher = entry?.watcher;
    if (!entry || !watcher) return;
    entry.watcher = undefined;
    await watcher.close();
  }

  function attach(rootId: number): void {
    attached.set(rootId, {
      id: rootId,
      watcher: undefined,
      watchFailure: undefined,
      offlineReason: undefined,
      abort: new AbortController(),
      running: undefined,
      next: undefined,
      found: 0,
      failure: undefined,
      lastScan: 0,
      probing: false,
    });
  }

  async function detach(rootId: number): Promise<void> {
    const entry = attached.get(rootId);
    if (!entry) return;
    attached.delete(rootId);
    entry.abort.abort();
    await Promise.allSettled([entry.running, entry.next, unwatch(entry)]);
  }

  function scanFolder(rootId: number): Promise<void> {
    const scanned = requestScan(rootId).finally(() => asked.delete(scanned));
    asked.add(scanned);
    return scanned;
  }

  const isQuiet = () => asked.size === 0 && arrivals.size === 0 && taking === 0;

  return {
    start() {
      for (const root of listRoots(store)) {
        attach(root.id);
        void scanFolder(root.id);
      }
    },
    attach,
    isAttached: (rootId) => attached.has(rootId),
    detach,
    scanFolder,
    isReachable,
    scanning: () =>
      [...attached.values()].filter((entry) => entry.running ?? entry.next).map((entry) => ({ rootId: entry.id, found: entry.found })),
    async quiet() {
      while (!closed && !isQuiet()) {
        await Promise.all(asked);
        if (!isQuiet()) await sleep(20);
      }
      for (const entry of attached.values()) if (entry.failure !== undefined) throw entry.failure;
    },
    get isQuiet() {
      return isQuiet();
    },
    notices: () => [...attached.values()].flatMap((entry) => noticesOf(store, entry)),
    async close() {
      closed = true;
      clearInterval(timer);
      await arrivals.close();
      await Promise.all([...attached.keys()].map(detach));
    },
  };
}

function noticesOf(store: Store, entry: Attached): Notice[] {
  const path = rootById(store, entry.id)?.path;
  if (path === undefined) return [];
  const notices: Notice[] = [];
  if (entry.offlineReason !== undefined)
    notices.push({
      id: `offline-${entry.id}`,
      level: 'warning',
      kind: 'offline',
      ...{ about: path, code: null, count: 0 },
      text: `${path} is offline: ${entry.offlineReason}. What was indexed is kept and can be searched.`,
    });
  if (entry.watchFailure !== undefined)
    notices.push({
      id: `unwatched-${entry.id}`,
      level: 'warning',
      kind: 'unwatched',
      ...{ about: path, code: null, count: 0 },
      text: `${path} is looked through once a minute instead of being watched: ${entry.watchFailure}.`,
    });
  return notices;
}
