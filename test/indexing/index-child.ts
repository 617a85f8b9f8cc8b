/**
 * @file A process that indexes, to be killed or to be run as another user. Its argument says what to do, as JSON. Prints one JSON line at
 * the end.
 */
import { createIndexer } from '../../core/indexing/indexer.ts';
import { createReaders } from '../../core/readers/pool.ts';
import { ensureSpace } from '../../core/store/contents.ts';
import { openStore } from '../../core/store/open.ts';
import { createColourEmbedder } from './colour-embedder.ts';

export type ChildOrder = {
  readonly directory: string;
  readonly folder?: string;
  /** Of each call of the engine. */
  readonly delayMs?: number;
  /** With a second pass; implies `watch`. */
  readonly thorough?: boolean;
  /** Watches, and stays until there is something to tell. */
  readonly watch?: boolean;
};

const { directory, folder, delayMs = 0, thorough = false, watch = false } = JSON.parse(process.argv[2] ?? '{}') as ChildOrder;

const store = openStore(directory);
const readers = createReaders({ processes: 2 });
const embedder = createColourEmbedder({ delayMs, thorough });
const serving = { embedder, spaceId: ensureSpace(store, embedder.space), vectors: { add: nothing, remove: nothing } };
const indexer = createIndexer({ store, readers, engines: { serving, next: undefined }, watch: watch || thorough });
indexer.start();
if (folder !== undefined) await indexer.addFolder({ path: folder });
const totals = await indexer.settled();
const failures = indexer.failures().failures.map(({ path, code }) => ({ path, code }));
if (watch) for (let i = 0; i < 400 && indexer.notices().length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 25));
const notices = indexer.notices().map((notice) => notice.text);
await indexer.close();
store.close();
await readers.close();
process.stdout.write(`${JSON.stringify({ totals, failures, notices })}\n`);

function nothing(): void {
  // this process answers no searches
}
