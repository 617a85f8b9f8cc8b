/**
 * @file Searching a large library: each backend of the vector index against a plain scan over a Float32Array, query by query in one process, so
 * that other work on the machine slows both. Vectors are synthetic (see test/vectors/synthetic.ts): recall on pictures is lower.
 *
 *   node test/bench/search.ts [--rows 100000] [--dimension 464] [--backend auto]... [--json]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { countEmbeddings, putEmbedding, streamVectors } from '../../core/store/embeddings.ts';
import { openVectorIndex } from '../../core/vectors/open.ts';
import { addPart, addVectors, openLibrary, silent } from '../vectors/library.ts';
import { syntheticVectors } from '../vectors/synthetic.ts';
import { type Figure, median, percentile, printFigures } from './report.ts';

const backends = ['auto', 'sqlite-vss', 'usearch', 'exact'] as const;
type Backend = (typeof backends)[number];
export type SearchBench = { readonly rows: number; readonly dimension: number; readonly backends: readonly Backend[] };

const aim = { rows: 100_000, faster: 3, recall: 99, openMs: 2000 };
const queries = 200;
const k = 100;

export async function benchSearch({ rows, dimension, backends }: SearchBench): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'oneword-bench-'));
  try {
    const library = openLibrary(directory, dimension);
    addVectors(library, syntheticVectors({ rows, dimension }));
    library.store.close();
    const figures: Figure[] = [];
    for (const backend of backends) figures.push(...(await benchBackend(directory, dimension, backend)));
    return figures;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function benchBackend(directory: string, dimension: number, backend: Backend): Promise<Figure[]> {
  const started = performance.now();
  const library = openLibrary(directory, dimension);
  const index = openVectorIndex({ ...library, backend, log: silent });
  await index.settled();
  const { backend: used, segments, note } = index.health();
  index.close();
  library.store.close();
  const seconds = (performance.now() - started) / 1000;
  const folder = join(directory, 'index', String(library.spaceId));
  const sizes = segments === 0 ? [] : await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (note !== '') process.stderr.write(`${note}\n`);

  // A process of its own: opening and memory are those of a fresh start.
  const child = [import.meta.filename, '--measure', directory, '--dimension', String(dimension), '--backend', backend];
  const { stdout } = await promisify(execFile)(process.execPath, child, { maxBuffer: 1 << 24 });
  const measured = JSON.parse(stdout) as Measured;
  const name = backend === 'auto' ? `auto (${used})` : backend;
  const plain = (ms: number) => `plain scan ${ms.toFixed(1)} ms`;
  return [
    ...(['p50', 'p95'] as const).map((which) => ({
      name: `${name}: search ${which}, k=${k}`,
      value: measured.search[which],
      unit: 'ms',
      against: plain(measured.plain[which]),
      ratio: measured.plain[which] / measured.search[which],
      aim: `>= ${aim.faster}`,
    })),
    { name: `${name}: recall@10 (aim >= ${aim.recall} %)`, value: 100 * measured.recall, unit: '%' },
    { name: `${name}: recall@10 of queries like no row`, value: 100 * measured.strangeRecall, unit: '%' },
    { name: `${name}: among a third of the rows, p50`, value: measured.filteredMs, unit: 'ms' },
    { name: `${name}: rank everything`, value: measured.rankMs, unit: 'ms' },
    { name: `${name}: durable insert p50`, value: measured.insert.p50, unit: 'ms' },
    { name: `${name}: durable insert p95`, value: measured.insert.p95, unit: 'ms' },
    { name: `${name}: start to first answer (aim < ${aim.openMs})`, value: measured.firstAnswerMs, unit: 'ms' },
    { name: `${name}: memory of the process`, value: measured.residentMiB, unit: 'MiB' },
    { name: `${name}: build of ${segments} segments`, value: seconds, unit: 's' },
    { name: `${name}: index on disk`, value: bytes / 2 ** 20, unit: 'MiB' },
  ];
}

type Times = { p50: number; p95: number };
type Measured = {
  search: Times;
  plain: Times;
  recall: number;
  strangeRecall: number;
  filteredMs: number;
  rankMs: number;
  insert: Times;
  firstAnswerMs: number;
  residentMiB: number;
};

function measure(directory: string, dimension: number, backend: Backend): Measured {
  const asked = syntheticVectors({ rows: queries, dimension, seed: 2 });
  const query = (at: number) => asked.subarray(at * dimension, (at + 1) * dimension);
  const started = performance.now();
  const library = openLibrary(directory, dimension);
  const index = openVectorIndex({ ...library, backend, log: silent });
  index.search(query(0), { k });
  const firstAnswerMs = performance.now() - started;
  const residentMiB = process.memoryUsage.rss() / 2 ** 20;

  const plain = loadPlain(library, dimension);
  const times = { search: [] as number[], plain: [] as number[], filtered: [] as number[], insert: [] as number[] };
  let found = 0;
  const third = new Set([...plain.keys].filter((_, at) => at % 3 === 0));
  for (let at = 0; at < queries; at++) {
    const hits = timed(times.search, () => index.search(query(at), { k }));
    const best = timed(times.plain, () => plainScan(plain, query(at)));
    found += hits.slice(0, 10).filter(({ key }) => best.includes(key)).length / 10;
    timed(times.filtered, () => index.search(query(at), { k, among: third }));
  }
  const noise = syntheticVectors({ rows: 50, dimension, seed: 3, clusters: 0 });
  const recallOf = (vectors: Float32Array) => {
    let hits = 0;
    for (let at = 0; at < vectors.length; at += dimension) {
      const best = plainScan(plain, vectors.subarray(at, at + dimension));
      hits += index
        .search(vectors.subarray(at, at + dimension), { k })
        .slice(0, 10)
        .filter(({ key }) => best.includes(key)).length;
    }
    return hits / ((vectors.length / dimension) * 10);
  };
  const strangeRecall = recallOf(noise);
  const ranked: number[] = [];
  for (let at = 0; at < 5; at++) timed(ranked, () => index.rank(query(at)));

  for (let at = 0; at < queries; at++) {
    const partId = addPart(library.db);
    timed(times.insert, () => {
      const { key } = putEmbedding(library.store, { spaceId: library.spaceId, partId, vector: query(at), pass: 'fast', words: [] });
      index.add(key, query(at));
    });
  }
  const last = library.db.prepare<[], number>('SELECT max(id) FROM embeddings').pluck().get() ?? 0;
  library.db.prepare('DELETE FROM embeddings WHERE id > ?').run(last - queries);
  index.remove(Array.from({ length: queries }, (_, at) => last - at));
  index.close();
  library.store.close();
  return {
    search: summary(times.search),
    plain: summary(times.plain),
    recall: found / queries,
    strangeRecall,
    filteredMs: median(times.filtered),
    rankMs: median(ranked),
    insert: summary(times.insert),
    firstAnswerMs,
    residentMiB,
  };
}

const summary = (times: readonly number[]): Times => ({ p50: median(times), p95: percentile(times, 0.95) });

function timed<T>(times: number[], work: () => T): T {
  const started = performance.now();
  const result = work();
  times.push(performance.now() - started);
  return result;
}

type Plain = { readonly keys: readonly number[]; readonly values: Float32Array; readonly scores: Float32Array };

function loadPlain({ store, spaceId }: ReturnType<typeof openLibrary>, dimension: number): Plain {
  const keys: number[] = [];
  const values = new Float32Array(countEmbeddings(store, spaceId) * dimension);
  for (const chunk of streamVectors(store, spaceId, dimension)) {
    values.set(chunk.values, keys.length * dimension);
    keys.push(...chunk.keys);
  }
  return { keys, values, scores: new Float32Array(keys.length) };
}

/** What anybody would write first: all dot products, then the ten best. */
function plainScan({ keys, values, scores }: Plain, query: Float32Array): number[] {
  const { length } = query;
  for (let row = 0, offset = 0; row < keys.length; row++, offset += length) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (query[i] as number) * (values[offset + i] as number);
    scores[row] = sum;
  }
  const best: number[] = [];
  for (let row = 0; row < keys.length; row++) {
    const score = scores[row] as number;
    if (best.length === 10 && score <= (scores[best[9] as number] as number)) continue;
    const at = best.findIndex((other) => score > (scores[other] as number));
    best.splice(at < 0 ? best.length : at, 0, row);
    best.length = Math.min(best.length, 10);
  }
  return best.map((row) => keys[row] as number);
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: String(aim.rows) },
      dimension: { type: 'string', default: '464' },
      backend: { type: 'string', multiple: true, default: ['sqlite-vss', 'usearch', 'exact'] },
      json: { type: 'boolean', default: false },
      measure: { type: 'string' },
    },
  });
  const dimension = Number(values.dimension);
  const chosen = backends.filter((backend) => values.backend.includes(backend));
  if (values.measure !== undefined) {
    process.stdout.write(JSON.stringify(measure(values.measure, dimension, chosen[0] ?? 'auto')));
  } else {
    const figures = await benchSearch({ rows: Number(values.rows), dimension, backends: chosen });
    if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
    else printFigures(figures);
  }
}
