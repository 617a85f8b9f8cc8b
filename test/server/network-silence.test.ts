/** @file Nothing needs or tries the network: index, search and serve in a network namespace that has only the loopback. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { samples } from '../contract/suite.ts';
import { runCli, startCli } from './run-cli.ts';

/** How to get a namespace here: as a user with user namespaces, as root without; undefined where neither works. */
function isolation(): string[] | undefined {
  const inside = ['sh', '-c', 'ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null; exec "$0" "$@"'];
  for (const unshare of [
    ['unshare', '-rn'],
    ['unshare', '-n'],
  ]) {
    try {
      execFileSync(unshare[0] ?? '', [...unshare.slice(1), 'true'], { stdio: 'ignore' });
      return [...unshare, ...inside];
    } catch {
      // not allowed on this machine: the next way
    }
  }
  return undefined;
}

const prefix = isolation();
if (!prefix) console.warn('skipped: no network namespaces on this machine (unshare is not allowed)');

it.skipIf(!prefix)('indexes, searches and serves without a network', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'oneword-silence-'));
  const library = path.join(root, 'library');
  const run = (...args: string[]) => runCli([...args, '--library', library, '--json'], { prefix: prefix ?? [] });
  try {
    expect(await run('index', samples)).toMatchObject({ status: 0, json: { items: 15, failed: 0 } });
    expect(await run('search', 'a cat')).toMatchObject({ status: 0, json: { results: [{ path: path.join(samples, 'chelsea.jpg') }, {}] } });
  } catch (error) {
    await rm(root, { recursive: true, force: true });
    throw error;
  }
  const serving = startCli(['serve', '--library', library, '--port', '0', '--json'], { prefix: prefix ?? [] });
  expect(JSON.parse(await serving.line())).toMatchObject({ url: expect.stringContaining('http://127.0.0.1:') });
  serving.child.kill('SIGTERM');
  expect((await serving.ended).status).toBe(0);
  await rm(root, { recursive: true, force: true });
});
