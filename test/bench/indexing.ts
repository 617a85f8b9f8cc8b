/**
 * @file Indexing rate against its ceiling, both measured in this run: bare decode + bare networks on the same files, one process per core
 * (bare-worker.ts). Rounds alternate and the medians are compared, since other work on the machine slows both.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { openLibrary } from '../../engine/library.ts';
import { makePictures, type PictureSet, pictureSets } from './pictures.ts';
import { type Figure, median, residentMiB } from './report.ts';

const cores = availableParallelism();

export async function benchIndexing(options: { share: number; rounds: number }): Promise<Figure[]> {
  const place = await mkdtemp(path.join(tmpdir(), 'oneword-bench-'));
  try {
    const figures: Figure[] = [];
    for (const set of pictureSets) figures.push(...(await benchSet(set, path.join(place, set.name), options)));
    return figures;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function benchSet(set: PictureSet, place: string, { share, rounds }: { share: number; rounds: number }): Promise<Figure[]> {
  const count = Math.round(set.count * share);
  const files = await makePictures(set, path.join(place, 'pictures'), count);
  const ceilings: number[] = [];
  const rates: number[] = [];
  let memory: Figure[] = [];
  for (let round = 0; round < rounds; round++) {
    ceilings.push(await bareRate(files));
    const run = await indexingRate(path.join(place, `library-${round}`), path.dirname(files[0] ?? ''), count);
    rates.push(run.rate);
    memory = run.memory;
  }
  const ratio = median(rates.map((rate, i) => rate / (ceilings[i] ?? Number.NaN)));
  return [
    {
      name: `index ${set.name} JPEG`,
      value: median(rates),
      unit: 'pictures/s',
      against: `${median(ceilings).toFixed(1)}/s bare decode + networks`,
      ratio,
      aim: '>= 0.7',
    },
    ...(set === pictureSets[0] ? memory : []),
  ];
}

/** Pictures per second of decode and networks alone, the files shared among one process per core. */
async function bareRate(files: readonly string[]): Promise<number> {
  const entry = path.join(import.meta.dirname, 'bare-worker.ts');
  const workers = Array.from({ length: cores }, (_, core) =>
    fork(
      entry,
      files.filter((_, i) => i % cores === core),
    ),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const started = performance.now();
  const done = workers.map((worker) => once(worker, 'message'));
  for (const worker of workers) worker.send('go');
  await Promise.all(done);
  return files.length / ((performance.now() - started) / 1000);
}

/** Pictures per second from adding the folder until every picture can be found. The library is open and the engine warm before. */
async function indexingRate(directory: string, folder: string, count: number): Promise<{ rate: number; memory: Figure[] }> {
  const library = await openLibrary({ directory, activity: 'index', log: () => undefined });
  try {
    await library.client.setSettings({ secondPass: false });
    await library.client.addSamples();
    await library.client.settled();
    const started = performance.now();
    await library.client.addFolder({ path: folder });
    const run = await library.client.settled();
    const seconds = (performance.now() - started) / 1000;
    if (run.failed > 0 || run.embedded < count) throw new Error(`indexed ${run.embedded} of ${count}, ${run.failed} failed`);
    return { rate: count / seconds, memory: await residentMiB(library.pid) };
  } finally {
    await library.close();
  }
}
