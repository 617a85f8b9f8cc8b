/**
 * @file A process that opens the vector index of a library, as the library process does, for tests that kill it, starve it of libraries, or watch
 * how it ends. Says what happened as one JSON object per line.
 *
 *   node index-process.ts DIRECTORY DIMENSION BACKEND answer|build
 */
import { openVectorIndex } from '../../core/vectors/open.ts';
import { openLibrary } from './library.ts';

const [, , directory = '', dimension = '', backend = '', task = ''] = process.argv;
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

const library = openLibrary(directory, Number(dimension));
const index = openVectorIndex({
  ...library,
  backend: backend as 'auto' | 'sqlite-vss' | 'usearch' | 'exact',
  limits: { exactRows: 300, tailRows: 300, segmentRows: 2500, amongRows: 100 },
});
const query = new Float32Array(Number(dimension)).map((_, i) => Math.cos(i));
say({ opened: index.health(), best: index.search(query, { k: 10 }) });
if (task === 'build') {
  setInterval(() => say({ building: index.health().building }), 10);
} else {
  await index.settled();
  say({ health: index.health(), best: index.search(query, { k: 10 }), ranked: index.rank(query).length });
  index.close();
  library.store.close();
}
