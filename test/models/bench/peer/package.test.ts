/** @file The package that is compared with: taken where it lies, installed by npm where it does not, and a clear message without a network. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { peerFolder, peerVersion, requirePeer } from '../../../../models/bench/peer/package.ts';
import { isEngineId } from '../../../../models/hub/models-home.ts';

const home = mkdtempSync(path.join(tmpdir(), 'oneword-test-peer-'));
afterAll(() => rmSync(home, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

it('lies in a folder that no engine can have', () => {
  expect(isEngineId(path.basename(peerFolder(home)))).toBe(false);
  expect(peerFolder(home)).toContain(peerVersion);
});

it('says what could not be installed and what to do, and leaves nothing behind', async () => {
  // A registry that has nothing: npm itself asks it.
  const registry = createServer((_, response) => response.writeHead(404).end('{}')).listen(0, '127.0.0.1');
  await new Promise((resolve) => registry.once('listening', resolve));
  vi.stubEnv('npm_config_registry', `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`);
  const said: string[] = [];
  try {
    await expect(requirePeer(home, (sentence) => said.push(sentence))).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringMatching(/npm could not install @huggingface\/transformers@\d.*(404|Not Found).*leave out --peer/s),
    });
  } finally {
    registry.close();
  }
  expect(said.join()).toContain(peerFolder(home));
  expect(readdirSync(home)).toEqual([]);
}, 60_000);

it('is not installed a second time', async () => {
  const dist = path.join(peerFolder(home), 'node_modules', '@huggingface', 'transformers', 'dist');
  mkdirSync(dist, { recursive: true });
  writeFileSync(path.join(dist, 'transformers.node.mjs'), '');
  const said: string[] = [];
  expect(await requirePeer(home, (sentence) => said.push(sentence))).toBe(path.join(dist, 'transformers.node.mjs'));
  expect(said).toEqual([]);
});
