/**
 * @file A process that indexes, to be killed, to be run as another user, or to hold a library. Arguments as JSON: what to do. Prints one
 * JSON line at the end; with `hold` it prints `open` and stays.
 */
import { createIndexer } from '../../core/indexing/indexer.ts';
import { createReaders } from '../../core/readers/pool.ts';
import { openStore } from '../../core/store/open.ts';
import { createColourEmbedder } from './colour-embedder.ts';

export type ChildOrder = { directory: string; folder?: string; hold?: boolean; delayMs?: number; thorough?: boolean };

const order = JSON.parse(process.argv[2] ?? '{}') as ChildOrder;
try {
  const store = openStore(order.directory);
  if (order.hold) {
    process.stdout.write('open\n');
    setInterval(() => undefined, 1000);
  } else {
    const readers = createReaders({ processes: 2 });
    const embedder = createColourEmbedder({ delayMs: order.delayMs ?? 0, thorough: order.thorough ?? false });
    const indexer = createIndexer({ store, readers, embedder, watch: order.thorough ?? false, vectors: { add: nothing, remove: nothing } });
    indexer.start();
    if (order.folder !== undefined) await indexer.addFolder({ path: order.folder });
    const totals = await indexer.settled();
    const failures = indexer.failures().failures.map(({ path, code }) => ({ path, code }));
    await indexer.close();
    store.close();
    await readers.close();
    process.stdout.write(`${JSON.stringify({ totals, failures })}\n`);
  }
} catch (error) {
  process.stdout.write(`${JSON.stringify({ code: (error as { code?: string }).code, message: (error as Error).message })}\n`);
  process.exitCode = 1;
}

function nothing(): void {
  // this process answers no searches
}
