/** @file Who is let in: the checks of the web host, asked over a real socket and a real library, raw where fetch would tidy up. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Library, openLibrary } from '../../engine/library.ts';
import { startWebServer, type WebServer } from '../../server/web.ts';
import { samples } from '../contract/suite.ts';

let root: string;
let library: Library;
let server: WebServer;
let port: number;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'oneword-security-'));
  await mkdir(path.join(root, 'page', 'assets'), { recursive: true });
  await writeFile(path.join(root, 'page', 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(path.join(root, 'page', 'assets', 'main-abcdefgh.js'), 'export {};');
  await writeFile(path.join(root, 'secret.txt'), 'the secret');
  await symlink(path.join(root, 'secret.txt'), path.join(root, 'page', 'assets', 'link-abcdefgh.js'));
  library = await openLibrary({ directory: path.join(root, 'library'), activity: 'watch' });
  await library.client.addFolder({ path: samples });
  await library.client.settled();
  server = await startWebServer({ library, port: 0, page: path.join(root, 'page') });
  port = Number(new URL(server.url).port);
});

afterAll(async () => {
  await server?.close();
  await library?.close();
  await rm(root, { recursive: true, force: true });
});

type Answer = { status: number; headers: Map<string, string>; body: string };

/** A request exactly as written: fetch would normalise the path and refuse to set Host. */
function send(method: string, target: string, headers: Record<string, string> = {}, body = ''): Promise<Answer> {
  const all = { host: `127.0.0.1:${port}`, connection: 'close', ...(body ? { 'content-length': String(body.length) } : {}), ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(`${method} ${target} HTTP/1.1\r\n${head.join('')}\r\n${body}`));
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    // A refused body is not read to its end: the rest of it meets a closed connection.
    socket.on('error', (error: NodeJS.ErrnoException) => (['EPIPE', 'ECONNRESET'].includes(error.code ?? '') ? undefined : reject(error)));
    socket.on('close', () => {
      const [top = '', ...rest] = text.split('\r\n\r\n');
      const [first = '', ...lines] = top.split('\r\n');
      const entries = lines.map((line): [string, string] => [line.split(': ')[0]?.toLowerCase() ?? '', line.slice(line.indexOf(': ') + 2)]);
      resolve({ status: Number(first.split(' ')[1]), headers: new Map(entries), body: rest.join('\r\n\r\n') });
    });
  });
}

const known = () => ({ authorization: `Bearer ${server.token}` });
const json = { 'content-type': 'application/json' };

it('answers nothing without the token', async () => {
  for (const target of ['/', '/assets/main-abcdefgh.js', '/thumb/1', '/media/1', '/preview/1', '/nowhere']) {
    expect([target, (await send('GET', target)).status]).toEqual([target, 401]);
  }
  expect((await send('POST', '/api/status', json, '{}')).status).toBe(401);
  expect((await send('POST', '/query-picture', { 'content-type': 'image/png' }, 'x')).status).toBe(401);
  expect((await send('POST', '/api/status', { ...json, authorization: 'Bearer wrong' }, '{}')).status).toBe(401);
  expect((await send('GET', '/?token=wrong')).status).toBe(401);
  expect((await send('POST', '/api/status', { ...json, ...known() }, '{}')).status).toBe(200);
});

it('takes the token from the address once, keeps it in a cookie that scripts and other sites cannot use', async () => {
  const opened = await send('GET', `/find?q=cat&token=${server.token}`, { accept: 'text/html' });
  expect([opened.status, opened.headers.get('location')]).toEqual([303, '/find?q=cat']);
  const cookie = opened.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Strict/);
  const page = await send('GET', '/find?q=cat', { cookie: cookie.split(';')[0] ?? '' });
  expect([page.status, page.body]).toEqual([200, expect.stringContaining('<title>page')]);
  expect((await send('POST', '/api/status', { ...json, cookie: cookie.split(';')[0] ?? '' }, '{}')).status).toBe(200);
});

it('answers to the names of this machine alone', async () => {
  for (const host of ['evil.example', 'evil.example:4242', '127.0.0.1.evil.example', `192.0.2.7:${port}`, '']) {
    expect([host, (await send('GET', '/', { host, ...known() })).status]).toEqual([host, host === '' ? 400 : 421]);
  }
  expect((await send('GET', '/', { host: 'localhost:9999', ...known() })).status).toBe(200);
});

it('refuses what other sites make the browser send', async () => {
  const own = `http://127.0.0.1:${port}`;
  const status = async (headers: Record<string, string>) =>
    (await send('POST', '/api/status', { ...json, ...known(), ...headers }, '{}')).status;
  expect(await status({ origin: own })).toBe(200);
  for (const origin of ['http://evil.example', 'http://127.0.0.1:1', `https://127.0.0.1:${port}`, 'null']) {
    expect([origin, await status({ origin })]).toEqual([origin, 403]);
  }
  expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect((await send('GET', '/thumb/1', { ...known(), 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
  expect((await send('GET', '/', { ...known(), 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status).toBe(200);
  expect((await send('GET', '/', known())).headers.has('access-control-allow-origin')).toBe(false);
});

it('takes methods as POST with JSON and nothing else', async () => {
  const post = async (type: string) => (await send('POST', '/api/status', { 'content-type': type, ...known() }, '{}')).status;
  expect(await post('application/json; charset=utf-8')).toBe(200);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp', '']) {
    expect([type, await post(type)]).toEqual([type, 415]);
  }
  expect((await send('GET', '/api/status', known())).status).toBe(405);
  expect((await send('POST', '/api/status', { ...json, ...known() }, '{')).status).toBe(400);
  for (const name of ['nothing', 'toString', 'constructor', '__proto__', 'status/x', 'media', 'opened']) {
    expect([name, (await send('POST', `/api/${name}`, { ...json, ...known() }, '{}')).status]).toEqual([name, 404]);
  }
  expect(
    (await send('POST', '/api/search', { ...json, ...known() }, JSON.stringify({ json: { text: 'x'.repeat(5_000_000) } }))).status,
  ).toBe(413);
});

it('serves the page from its folder alone', async () => {
  const asset = await send('GET', '/assets/main-abcdefgh.js', known());
  expect([asset.status, asset.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
  expect((await send('GET', '/', known())).headers.get('cache-control')).toBe('no-cache');
  const outside = ['/../secret.txt', '/assets/../../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/..%5c..%5csecret.txt'];
  for (const target of [...outside, '//secret.txt', '/assets/link-abcdefgh.js', '/assets/%00.js', `/${root}/secret.txt`]) {
    const answer = await send('GET', target, known());
    expect([target, answer.body.includes('the secret')]).toEqual([target, false]);
    expect([target, answer.status]).toEqual([target, 404]);
  }
});

it('sends headers that keep the page to itself', async () => {
  const { headers } = await send('GET', '/', known());
  expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';");
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
});
