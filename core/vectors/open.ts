/**
 * @file Opens the vector index of a space and chooses its backend.
 *
 * [Note: choice of backend] `auto` compares a small library row by row. A larger one gets segments: of sqlite-vss where it runs, else of
 * usearch, else none. sqlite-vss kills the process on a processor without AVX2, so a process of its own tries it first; that it works
 * is remembered for this machine. Until that is known everything is compared row by row.
 */
import { cpus } from 'node:os';
import { countEmbeddings } from '../store/embeddings.ts';
import type { Store } from '../store/open.ts';
import { listSegments } from '../store/segments.ts';
import { readValue, writeValue } from '../store/settings.ts';
import { type ProcessOptions, sqliteVssProblem } from './build-segment.ts';
import { defaultLimits, type Limits } from './plan.ts';
import { type Choice, SegmentedIndex, type SegmentedOptions } from './segmented.ts';
import { loadSqliteVss, sqliteVssBackend, sqliteVssVersion } from './sqlite-vss.ts';
import { loadUsearch, usearchBackend } from './usearch.ts';
import type { VectorIndex } from './vector-index.ts';

export type OpenOptions = Partial<ProcessOptions> & {
  readonly store: Store;
  readonly spaceId: number;
  readonly dimension: number;
  /** Any but `auto` and `exact` makes segments of small libraries too. */
  readonly backend?: 'auto' | 'exact' | 'sqlite-vss' | 'usearch';
  readonly limits?: Partial<Limits>;
};

export function openVectorIndex({
  store,
  spaceId,
  dimension,
  backend = 'auto',
  limits,
  log = toStandardError,
  spawn,
}: OpenOptions): VectorIndex {
  const sizes = { ...defaultLimits(dimension), ...limits };
  if (backend !== 'auto') sizes.exactRows = Math.min(sizes.exactRows, sizes.tailRows);
  const options = { store, spaceId, dimension, limits: sizes, log, spawn };
  if (backend === 'exact') return new SegmentedIndex(options);
  if (backend === 'usearch') return withUsearch(options);

  const choose = () => chooseSqliteVss(store, backend === 'auto', { log, spawn });
  const built = listSegments(store, spaceId)[0]?.backend;
  const isLarge = built !== undefined || countEmbeddings(store, spaceId) > sizes.exactRows;
  if (isLarge && isKnownToRun(store)) return new SegmentedIndex(options, sqliteVssBackend);
  // Where sqlite-vss did not run the last time, usearch answers while it is tried again.
  return new SegmentedIndex({ ...options, choose }, backend === 'auto' && built === 'usearch' ? chooseUsearch('').backend : undefined);
}

function withUsearch(options: SegmentedOptions): SegmentedIndex {
  const choice = chooseUsearch('');
  return choice.backend
    ? new SegmentedIndex(options, choice.backend)
    : new SegmentedIndex({ ...options, choose: () => Promise.resolve(choice) });
}

async function chooseSqliteVss(store: Store, orUsearch: boolean, options: ProcessOptions): Promise<Choice> {
  const problem = isKnownToRun(store) ? undefined : await sqliteVssProblem(options);
  if (problem === undefined) {
    remember(store);
    return { backend: sqliteVssBackend, note: '' };
  }
  const note = `sqlite-vss cannot run on this machine: ${problem.replace(/\.$/, '')}.${remedyFor(problem)}`;
  return orUsearch ? chooseUsearch(note) : { note: `${note} Searches compare all vectors one by one.` };
}

function chooseUsearch(note: string): Choice {
  try {
    loadUsearch();
    return { backend: usearchBackend, note: note && `${note} The usearch index is used instead.` };
  } catch (error) {
    const problem = `usearch cannot run on this machine: ${error instanceof Error ? error.message : error}.`;
    return { note: `${note} ${problem} Searches compare all vectors one by one.`.trim() };
  }
}

function remedyFor(problem: string): string {
  const lacksLibrary = process.platform === 'linux' && /lib(blas|lapack|gomp|gfortran)/.test(problem);
  return lacksLibrary ? ' On Debian and Ubuntu, `apt install libblas3 liblapack3 libgomp1` installs what it needs.' : '';
}

const settingKey = 'vectors.sqlite-vss-runs-on';

/** It ran on this machine before, and its libraries are still there. */
function isKnownToRun(store: Store): boolean {
  if (!machinesOf(store).includes(thisMachine())) return false;
  try {
    loadSqliteVss();
    return true;
  } catch {
    return false; // choosing tries it in a process of its own, and says why
  }
}

function remember(store: Store): void {
  const machines = machinesOf(store);
  const machine = thisMachine();
  if (store.db.open && !machines.includes(machine)) writeValue(store, settingKey, [...machines, machine]);
}

function machinesOf(store: Store): string[] {
  const value = store.db.open ? readValue(store, settingKey) : undefined;
  return Array.isArray(value) ? value.filter((machine) => typeof machine === 'string') : [];
}

/** What decides whether native code runs. */
function thisMachine(): string {
  return [sqliteVssVersion, process.platform, process.arch, process.versions.modules, cpus()[0]?.model ?? ''].join(' ');
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}
