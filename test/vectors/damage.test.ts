/** @file What happens to the index when files are damaged or processes die. Nothing may ever be missing from an answer. */
import { spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkProcess } from '../../core/process/fork.ts';
import { deleteEmbeddings } from '../../core/store/embeddings.ts';
import { listSegments } from '../../core/store/segments.ts';
import { sqliteVssProblem } from '../../core/vectors/build-segment.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import type { VectorIndex } from '../../core/vectors/vector-index.ts';
import { addVectors, createLibrary, openLibrary, partOf, silent } from './library.ts';
import { syntheticVectors } from './synthetic.ts';

const dimension = 32;
const rows = 3000;
const limits = { exactRows: 300, tailRows: 300, segmentRows: 1200, amongRows: 100 };
const query = syntheticVectors({ rows: 1, dimension, seed: 9 });
const vssProblem = await sqliteVssProblem({ log: silent });
const backends = [
  { backend: 'usearch', problem: undefined },
  { backend: 'sqlite-vss', problem: vssProblem },
] as const;

describe.each(backends)('a $backend index', ({ backend, problem }) => {
  let library: ReturnType<typeof createLibrary>;
  let index: VectorIndex;
  let best: number[];
  const lines: string[] = [];
  const open = () => openVectorIndex({ ...library, backend, limits, log: (line) => lines.push(line) });
  const folder = () => join(library.directory, 'index', '1');
  const names = () => listSegments(library.store, 1).map(({ name }) => name);
  const path = (at: number) => join(folder(), names()[at] ?? '');
  const answers = () => index.search(query, { k: 20 }).map(({ key }) => key);

  beforeEach(async () => {
    library = createLibrary(dimension);
    addVectors(library, syntheticVectors({ rows, dimension, clusters: 50 }));
    index = open();
    await index.settled();
    best = index
      .rank(query)
      .slice(0, 20)
      .map(({ key }) => key);
    lines.length = 0;
  });
  afterEach(() => {
    index.close();
    library.destroy();
  });

  /** Opens it anew: right answers at once, and all segments again in the end. */
  async function expectRecovery(segmentsAtOnce: number): Promise<void> {
    index = open();
    await Promise.resolve();
    if (backend === 'sqlite-vss') expect(index.health().segments).toBe(segmentsAtOnce);
    expect(index.health().live).toBe(rows);
    expect(answers()).toEqual(best);
    await index.settled();
    expect(index.health()).toMatchObject({ live: rows, building: false, note: '' });
    expect(index.health().tail).toBeLessThanOrEqual(limits.tailRows);
    expect(answers()).toEqual(best);
    // A builder may have outlived its parent for a moment: what it left goes at the next opening.
    index.close();
    index = open();
    expect(readdirSync(folder()).sort()).toEqual(names().sort());
  }

  describe.skipIf(problem)('with two segments and a rest in the tail', () => {
    it('opens as it was', async () => {
      expect(names().length).toBeGreaterThanOrEqual(2);
      const before = names();
      index.close();
      await expectRecovery(before.length);
      expect(names()).toEqual(before);
      expect(lines).toEqual([]);
    });

    const damages: Record<string, (path: string) => void> = {
      'flipped bytes': (file) => {
        const bytes = readFileSync(file);
        for (let at = 5000; at < bytes.length; at += 5000) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
        writeFileSync(file, bytes);
      },
      'a truncated file': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
      'an empty file': (file) => truncateSync(file, 0),
      'bytes at the end': (file) => appendFileSync(file, 'more'),
      'a missing file': (file) => rmSync(file),
      'the file of another segment': (file) => copyFileSync(path(1), file),
    };
    it.each(Object.keys(damages))('builds a segment with %s again, while searches go on', { timeout: 30_000 }, async (kind) => {
      const count = names().length;
      index.close();
      damages[kind]?.(path(0));
      await expectRecovery(count - 1);
      expect(lines.join('\n')).toMatch(/is built again/);
    });

    it('builds all of them again when the folder is gone', { timeout: 30_000 }, async () => {
      index.close();
      rmSync(join(library.directory, 'index'), { recursive: true });
      await expectRecovery(0);
    });

    it('builds a segment again that does not have the rows of the library', { timeout: 30_000 }, async () => {
      const count = names().length;
      index.close();
      const doomed = best.slice(0, 1);
      for (const key of doomed) deleteEmbeddings(library.store, partOf(library.db, key)); // and died before the index was told
      index = open();
      expect(answers()).toEqual(expect.not.arrayContaining(doomed));
      await index.settled();
      expect(index.health().live).toBe(rows - 1);
      expect(answers().slice(0, 19)).toEqual(best.slice(1));
      expect(names().length).toBeGreaterThanOrEqual(count - 1);
    });

    it('never returns a row that was deleted behind its back', () => {
      const doomed = best.slice(0, 5);
      for (const key of doomed) deleteEmbeddings(library.store, partOf(library.db, key));
      expect(answers().slice(0, 15)).toEqual(best.slice(5));
      expect(index.health().live).toBe(rows - 5);
    });

    it('deletes files that the manifest does not name', async () => {
      index.close();
      writeFileSync(join(folder(), '1-dead.part.draft'), 'cut short');
      await expectRecovery(names().length);
    });

    it('goes on without segments where there can be no index folder, and says so', async () => {
      index.close();
      rmSync(join(library.directory, 'index'), { recursive: true });
      writeFileSync(join(library.directory, 'index'), 'in the way');
      index = open();
      await index.settled();
      expect(answers()).toEqual(best);
      expect(index.health()).toMatchObject({ live: rows, segments: 0 });
      expect(index.health().note).toMatch(/could not be brought up to date/);
    });

    it('survives the death of its builder: it says so, answers, and tries again', { timeout: 60_000 }, async () => {
      index.close();
      rmSync(join(library.directory, 'index'), { recursive: true });
      let killed = 0;
      index = openVectorIndex({
        ...library,
        backend,
        limits,
        log: silent,
        spawn: (options) => {
          const child = forkProcess(options);
          if (killed > 0 || options.name !== 'index builder') return child;
          const watch = setInterval(() => {
            if (readdirSync(folder()).length === 0) return; // not yet at it
            clearInterval(watch);
            killed += 1;
            child.kill();
          }, 2);
          return child;
        },
      });
      await index.settled();
      expect(killed).toBe(1);
      expect(index.health().note).toMatch(/ended unexpectedly \(signal SIGKILL\)/);
      expect(answers()).toEqual(best);
      await expect.poll(() => index.health().tail, { timeout: 50_000 }).toBeLessThanOrEqual(limits.tailRows);
      await index.settled();
      expect(index.health().note).toBe('');
      expect(answers()).toEqual(best);
    });

    it('is whole after kill -9 of the library process in the middle of a build', { timeout: 120_000 }, async () => {
      index.close();
      library.store.close();
      for (const delay of [0, 60, 250]) {
        rmSync(join(library.directory, 'index'), { recursive: true, force: true });
        const script = join(import.meta.dirname, 'index-process.ts');
        const child = spawn(process.execPath, [script, library.directory, String(dimension), backend, 'build'], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let said = '';
        child.stdout.on('data', (data) => {
          said += data;
        });
        const drafts = () => readdirSync(folder()).filter((name) => /part/.test(name));
        await expect.poll(() => said.includes('"building":true') && drafts().length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(0);
        await setTimeout(delay);
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
        library = { ...library, ...openLibrary(library.directory, dimension) };
        await expectRecovery(listSegments(library.store, 1).length);
        index.close();
        library.store.close();
      }
      library = { ...library, ...openLibrary(library.directory, dimension) };
      index = open();
    });
  });
});
