import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkProcess } from '../../core/process/fork.ts';
import { sqliteVssProblem } from '../../core/vectors/build-segment.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import type { IndexHealth, Neighbour } from '../../core/vectors/vector-index.ts';
import { addVectors, createLibrary, silent } from './library.ts';
import { syntheticVectors } from './synthetic.ts';

const dimension = 32;
const limits = { exactRows: 300, tailRows: 300, segmentRows: 2500, amongRows: 100 };
const problem = await sqliteVssProblem({ log: silent });
let library: ReturnType<typeof createLibrary>;

beforeEach(() => {
  library = createLibrary(dimension);
});
afterEach(() => library.destroy());

const fill = (rows: number) => addVectors(library, syntheticVectors({ rows, dimension, clusters: 40 }));

type Said = { opened: IndexHealth; best: Neighbour[]; health: IndexHealth; ranked: number };

/** Opens the library in a process of its own, with this environment. */
async function inProcess(env: Record<string, string>): Promise<Said> {
  library.store.close();
  const script = join(import.meta.dirname, 'index-process.ts');
  const args = [script, library.directory, String(dimension), 'auto', 'answer'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } });
  const [first = '{}', second = '{}'] = stdout.trim().split('\n');
  return { ...(JSON.parse(first) as Said), ...(JSON.parse(second) as Said) };
}

/** libblas.so.3 as a file that the dynamic loader finds first and cannot load. */
function withoutBlas(): Record<string, string> {
  const folder = join(library.directory, 'no-blas');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'libblas.so.3'), '');
  return { LD_LIBRARY_PATH: folder };
}

it('compares a small library row by row and is content with that', async () => {
  fill(300);
  const index = openVectorIndex({ ...library, limits, log: silent });
  await index.settled();
  expect(index.health()).toMatchObject({ backend: 'exact', segments: 0, tail: 300, note: '' });
  index.close();
});

it('builds segments when a library outgrows that', { timeout: 30_000 }, async () => {
  fill(250);
  const index = openVectorIndex({ ...library, limits, log: silent });
  const values = syntheticVectors({ rows: 100, dimension, seed: 8 });
  for (const [row, key] of addVectors(library, values).entries()) index.add(key, values.subarray(row * dimension, (row + 1) * dimension));
  await index.settled();
  expect(index.health()).toMatchObject({ backend: problem ? 'usearch' : 'sqlite-vss', segments: 1, tail: 0, live: 350 });
  index.close();
});

it('uses no segments where it was told so', async () => {
  fill(900);
  const index = openVectorIndex({ ...library, backend: 'exact', limits, log: silent });
  await index.settled();
  expect(index.health()).toMatchObject({ backend: 'exact', segments: 0, tail: 900 });
  index.close();
});

describe.skipIf(problem)('where sqlite-vss runs', () => {
  it('is tried once on a machine, and its segments are there at once the next time', { timeout: 30_000 }, async () => {
    fill(900);
    const first = await inProcess({});
    expect(first.opened).toMatchObject({ backend: 'exact', live: 900, segments: 0 });
    expect(first.health).toMatchObject({ backend: 'sqlite-vss', segments: 1, note: '' });
    const second = await inProcess({});
    expect(second.opened).toMatchObject({ backend: 'sqlite-vss', segments: 1, note: '' });
  });

  it('gives way to usearch when its libraries are gone, and comes back with them', { timeout: 60_000 }, async () => {
    fill(900);
    const before = await inProcess({});
    expect(before.health.backend).toBe('sqlite-vss');
    if (process.platform !== 'linux') return;
    const without = await inProcess(withoutBlas());
    expect(without.opened).toMatchObject({ backend: 'exact', live: 900 });
    expect(without.health).toMatchObject({ backend: 'usearch', segments: 1 });
    expect(without.best).toEqual(before.best);
    const after = await inProcess({});
    expect(after.opened).toMatchObject({ live: 900 });
    expect(after.health).toMatchObject({ backend: 'sqlite-vss', segments: 1, note: '' });
    expect(after.best).toEqual(before.best);
  });
});

it.skipIf(process.platform !== 'linux')(
  'uses usearch where BLAS is missing, and says why and what to install',
  { timeout: 30_000 },
  async () => {
    fill(900);
    const { opened, health, ranked } = await inProcess(withoutBlas());
    expect(opened.live).toBe(900);
    expect(health).toMatchObject({ backend: 'usearch', segments: 1, tail: 0 });
    expect(health.note).toMatch(
      /sqlite-vss cannot run on this machine: \S*lib(blas|lapack|gomp)\.so.*apt install libblas3.*usearch index is used instead/,
    );
    expect(ranked).toBe(900);
  },
);

it('outlives a probe that is killed by the processor', { timeout: 30_000 }, async () => {
  fill(900);
  const index = openVectorIndex({
    ...library,
    limits,
    log: silent,
    spawn: (options) => {
      const child = forkProcess(options);
      if (options.name === 'index probe' && child.pid !== undefined) process.kill(child.pid, 'SIGILL');
      return child;
    },
  });
  await index.settled();
  expect(index.health()).toMatchObject({ backend: 'usearch', segments: 1 });
  expect(index.health().note).toMatch(/SIGILL/);
  index.close();
});
