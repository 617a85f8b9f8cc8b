/** @file `npm run bench`: every figure as a ratio against something measured in the same run. `-- --quick` takes a tenth of the time. */
import { parseArgs } from 'node:util';
import { cacheCode } from '../../server/code-cache.ts';
import { benchIndexing } from './indexing.ts';
import { type Figure, printFigures } from './report.ts';
import { benchSearch } from './search.ts';
import { benchStart } from './start.ts';
import { benchWall } from './wall.ts';

cacheCode(); // as the command line does

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: ['indexing', 'search', 'start', 'wall'] },
    json: { type: 'boolean', default: false },
  },
});

const rows = values.quick ? 25_000 : 100_000;
const parts: Record<string, () => Promise<Figure[]>> = {
  indexing: () => benchIndexing(values.quick ? { share: 0.3, rounds: 1 } : { share: 1, rounds: 3 }),
  search: () => benchSearch({ rows, dimension: 464, backends: values.quick ? ['auto'] : ['sqlite-vss', 'usearch', 'exact'] }),
  start: () => benchStart({ rows, rounds: values.quick ? 1 : 3 }),
  wall: () => benchWall({ rows, isQuick: values.quick }),
};

const all: Figure[] = [];
for (const name of values.only) {
  const part = parts[name];
  if (!part) throw new Error(`no benchmark "${name}"; there is ${Object.keys(parts).join(', ')}`);
  const figures = await part();
  all.push(...figures);
  if (!values.json) printFigures(figures);
}
if (values.json) process.stdout.write(`${JSON.stringify(all)}\n`);
