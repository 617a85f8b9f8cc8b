/** @file Downloads through a proxy: everything goes by it where one is set, nothing where NO_PROXY says so. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { pull } from '../../../models/hub/pull.ts';
import { type Hub, startHub } from './hub-server.ts';

const repo = 'someone/tiny';
const source = { id: 'tiny', name: 'Tiny', repo, revision: 'main', architecture: 'llava_next', shape: { kind: 'vlm' } } as const;
const patience = { attempts: 1, firstDelayMs: 1, longestDelayMs: 1, silenceMs: 10_000 };

let home: string;
let hub: Hub;
let proxy: Server;
let proxied: string[];

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'oneword-proxy-'));
  hub = await startHub(repo);
  proxied = [];
  proxy = createServer((request, response) => {
    proxied.push(`${request.method} ${request.url}`);
    // The name is one that only the proxy knows.
    const url = (request.url ?? '').replace('http://hub.invalid', hub.url);
    send(url, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  proxy.on('connect', (request, socket) => {
    proxied.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await hub.close();
  await rm(home, { recursive: true, force: true });
});

const proxyUrl = () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const install = (env: NodeJS.ProcessEnv) => pull(source, { home, env, patience });

it('goes through HTTP_PROXY', async () => {
  const installed = await install({ HF_ENDPOINT: 'http://hub.invalid', HTTP_PROXY: proxyUrl() });
  expect(installed.problem).toBeUndefined();
  expect(proxied[0]).toBe(`GET http://hub.invalid/api/models/${repo}/revision/main?blobs=true`);
  expect(proxied).toHaveLength(hub.seen.length + 1);
});

it('asks HTTPS_PROXY for a tunnel, and says what the proxy answers', async () => {
  const refused = install({ HF_ENDPOINT: 'https://hub.invalid', HTTPS_PROXY: proxyUrl() });
  await expect(refused).rejects.toMatchObject({ code: 'download-failed', message: expect.stringMatching(/hub\.invalid.*407/) });
  expect(proxied).toEqual(['CONNECT hub.invalid:443']);
});

it('goes past the proxy where NO_PROXY names the host', async () => {
  await install({ HF_ENDPOINT: hub.url, HTTP_PROXY: proxyUrl(), NO_PROXY: '127.0.0.1' });
  expect(proxied).toEqual([]);
});

it('says which host cannot be reached', async () => {
  const offline = install({ HF_ENDPOINT: 'http://hub.invalid' });
  await expect(offline).rejects.toMatchObject({
    code: 'download-failed',
    message: expect.stringContaining('hub.invalid cannot be reached'),
  });
});

it('takes nothing but an address for a mirror', async () => {
  await expect(install({ HF_ENDPOINT: 'hub.example' })).rejects.toMatchObject({ code: 'bad-request' });
});
